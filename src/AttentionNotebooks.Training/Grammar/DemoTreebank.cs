using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Training;

/// <summary>The demo treebank: sentences of the project's own grammar with Universal Dependencies, right by construction.</summary>
internal static class DemoTreebank
{
    /// <summary>Sentences in the shipped treebank.</summary>
    public const int Sentences = 2500;

    /// <summary>The longest sentence in words: what lies beyond is hard to read and does not fit a small model.</summary>
    public const int LongestSentence = 32;

    /// <summary>The treebank in CoNLL-U; no sentence twice.</summary>
    /// <param name="seed">Decides every sentence.</param>
    /// <param name="sentences">How many.</param>
    /// <returns>CoNLL-U with sent_id and text.</returns>
    public static string Write(int seed, int sentences = Sentences)
    {
        var text = new StringBuilder();
        int number = 0;
        foreach (var sentence in Generate(seed, sentences))
            text.Append(sentence.ToConllU(string.Create(CultureInfo.InvariantCulture, $"demo-{++number:0000}")));
        return text.ToString();
    }

    internal static IEnumerable<SentenceTree> Generate(int seed, int sentences)
    {
        var dice = new Dice(seed);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (seen.Count < sentences)
        {
            var sentence = new SentenceGrammar(dice, new Scene(dice, loyalty: 0)).Sentence();
            if (sentence.Words.Count <= LongestSentence && seen.Add(sentence.Text)) yield return sentence;
        }
    }
}
