using System.Globalization;

namespace AttentionNotebooks;

/// <summary>A word of a treebank sentence.</summary>
/// <param name="Form">As written.</param>
/// <param name="Tag">Its universal part of speech, or <c>_</c>.</param>
/// <param name="Head">Position of its head among the sentence's words, from 0, or −1 for the root.</param>
/// <param name="Relation">Its relation to the head, subtype included, e.g. <c>nmod:poss</c>.</param>
public readonly record struct TreebankWord(string Form, string Tag, int Head, string Relation)
{
    /// <summary>Its tenth column, MISC, or <c>_</c>: where coreference and the like are annotated.</summary>
    public string Misc { get; init; } = "_";
}

/// <summary>A sentence with its dependency tree.</summary>
/// <param name="Id">Its sent_id, or its number in the file, from 1.</param>
/// <param name="Words">Its syntactic words; multiword tokens and empty nodes are left out.</param>
public sealed record TreebankSentence(string Id, IReadOnlyList<TreebankWord> Words)
{
    /// <summary>The comments before it, from their <c>#</c> on, such as <c># newdoc id = …</c>.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];
}

/// <summary>Treebanks in CoNLL-U, the format of Universal Dependencies (universaldependencies.org/format.html).</summary>
/// <example><code>
/// var trees = ConllU.Read(Kit.DataPath("treebank/demo.conllu")).Take(10).ToArray();
/// string.Join(" ", trees[0].Words.Select(w => $"{w.Form}/{w.Relation}"))
/// </code></example>
public static class ConllU
{
    private const string Remedy = "Write ten tab-separated CoNLL-U columns per word: ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC";
    private const string IdComment = "# sent_id =";

    /// <summary>The sentences of a file, one after the other.</summary>
    /// <exception cref="InputException">It cannot be read, or a sentence is broken; the message names the line.</exception>
    public static IEnumerable<TreebankSentence> Read(string file)
    {
        var words = new List<(int Line, string[] Fields)>();
        var comments = new List<string>();
        string? id = null;
        int line = 0, sentences = 0;
        foreach (string text in TextFile.Lines(file).Append(""))
        {
            line++;
            if (text.StartsWith(IdComment, StringComparison.Ordinal)) id = text[IdComment.Length..].Trim();
            if (text.StartsWith('#'))
            {
                comments.Add(text);
                continue;
            }
            if (text.Length > 0)
            {
                var fields = text.Split('\t');
                if (fields.Length != 10) throw Bad(file, line, $"has {fields.Length} columns instead of 10");
                // 3-4 is a multiword token and 3.1 an empty node: neither is a word of the basic tree.
                if (!fields[0].Contains('-') && !fields[0].Contains('.')) words.Add((line, fields));
                continue;
            }
            if (words.Count == 0) continue;
            sentences++;
            yield return Sentence(file, id ?? sentences.ToString(CultureInfo.InvariantCulture), words) with { Comments = [.. comments] };
            words.Clear();
            comments.Clear();
            id = null;
        }
        if (sentences == 0) throw new InputException(file, null, "holds no sentence", Remedy);
    }

    private static TreebankSentence Sentence(string file, string id, List<(int Line, string[] Fields)> rows)
    {
        var words = new TreebankWord[rows.Count];
        for (int i = 0; i < words.Length; i++)
        {
            var (line, f) = rows[i];
            if (f[0] != (i + 1).ToString(CultureInfo.InvariantCulture)) throw Bad(file, line, $"has ID {f[0]} where {i + 1} is due");
            if (!int.TryParse(f[6], NumberStyles.None, CultureInfo.InvariantCulture, out int head) || head > words.Length)
                throw Bad(file, line, $"has head {f[6]}, which is not a word of the sentence");
            if (head == i + 1) throw Bad(file, line, "is its own head");
            words[i] = new TreebankWord(f[1], f[3], head - 1, f[7]) { Misc = f[9] };
        }
        // A walk up from any word must reach the root: otherwise the heads run in a circle. Each word is walked over once.
        var walk = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            int at = i;
            for (; at >= 0 && walk[at] == 0; at = words[at].Head) walk[at] = i + 1;
            if (at >= 0 && walk[at] == i + 1) throw Bad(file, rows[i].Line, "has heads that run in a circle");
        }
        return new TreebankSentence(id, words);
    }

    private static InputException Bad(string file, int line, string problem) => new(file, $"line {line}", problem, Remedy);
}
