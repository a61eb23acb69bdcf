using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Sentences with random trees over random words, and heads that know them, or do not.</summary>
internal sealed class PlantedTreebank
{
    private static readonly string[] Relations = ["det", "nsubj", "obj", "nsubj:pass"];

    public PlantedTreebank(int sentences, int seed = 0, int longest = 9)
    {
        var random = new Random(seed);
        Sentences = [.. Enumerable.Range(0, sentences).Select(s =>
        {
            int words = random.Next(4, longest + 1);
            int[] order = [.. Enumerable.Range(0, words)];
            random.Shuffle(order);
            // In a random order, every word but the first hangs on one before it: a tree. The last word is a full stop.
            var heads = new int[words];
            for (int i = 0; i < words; i++) heads[order[i]] = i == 0 ? -1 : order[random.Next(i)];
            return new TreebankSentence($"{s}", [.. heads.Select((h, w) =>
                new TreebankWord($"w{random.Next(12)}", w == words - 1 ? "PUNCT" : "NOUN", h, h < 0 ? "root"
                    : Relations[random.Next(Relations.Length)]))]);
        })];
        Texts = [.. Sentences.Select(s => new AttentionText(s.Id, s.Words.Count + 2, ["[CLS]", .. s.Words.Select(w => w.Form), "[SEP]"]))];
    }

    public TreebankSentence[] Sentences { get; }

    public AttentionText[] Texts { get; }

    /// <summary>A head that looks at the syntactic head (the root: at [CLS]); special tokens look at themselves.</summary>
    public double[,] Knowing(int text)
    {
        var words = Sentences[text].Words;
        int n = words.Count + 2;
        return Maps.Of(n, (i, j) => j == (i == 0 || i == n - 1 ? i : words[i - 1].Head + 1) ? 1 : 0);
    }

    /// <summary>Attention in which one head (or none) knows the trees and the others are random.</summary>
    public MapsInMemory Source(HeadGrid grid, Head? knowing = null) =>
        new(grid, Texts, (t, h) => h == knowing ? Knowing(t)
            : Maps.Random(Texts[t].Length, 1000 * t + 10 * h.Layer + h.Index, sharpness: 1));
}
