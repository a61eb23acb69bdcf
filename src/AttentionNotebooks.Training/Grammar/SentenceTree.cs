using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Training;

/// <summary>A finished sentence with its tree.</summary>
internal sealed class SentenceTree
{
    private SentenceTree(Word[] words)
    {
        Words = words;
        Text = Join(words);
    }

    public IReadOnlyList<Word> Words { get; }

    /// <summary>As it is written: capital first, no space before punctuation.</summary>
    public string Text { get; }

    /// <summary>Closes a phrase with its last mark, keeps one comma where two meet, and begins with a capital.</summary>
    public static SentenceTree Of(Phrase phrase, string mark)
    {
        phrase.Right("punct", Word.Stop(mark));
        var all = phrase.Words.ToList();
        // Commas around an apposition or a clause fall away beside another mark and at the beginning.
        var words = all.Where((w, i) => w.Form != "," || (i > 0 && all[i + 1].Tag != "PUNCT")).ToArray();
        words[0].Form = char.ToUpperInvariant(words[0].Form[0]) + words[0].Form[1..];
        return new SentenceTree(words);
    }

    /// <summary>The position of a word's head, −1 for the root.</summary>
    public int HeadOf(int position) => Words[position].Head is { } head ? IndexOf(head) : -1;

    private int IndexOf(Word word)
    {
        for (int i = 0; i < Words.Count; i++)
            if (ReferenceEquals(Words[i], word)) return i;
        throw new InvalidOperationException($"\"{word.Form}\" is not a word of \"{Text}\"");
    }

    /// <summary>The sentence in CoNLL-U, with an empty line after it.</summary>
    public string ToConllU(string id)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# sent_id = {id}\n# text = {Text}\n");
        for (int i = 0; i < Words.Count; i++)
        {
            var w = Words[i];
            string misc = i + 1 < Words.Count && Words[i + 1].Glued ? "SpaceAfter=No" : "_";
            text.Append(CultureInfo.InvariantCulture,
                $"{i + 1}\t{w.Form}\t{w.Lemma}\t{w.Tag}\t{w.FineTag}\t{w.Features}\t{HeadOf(i) + 1}\t{w.Relation}\t_\t{misc}\n");
        }
        return text.Append('\n').ToString();
    }

    public static string Join(IEnumerable<Word> words)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            if (text.Length > 0 && !word.Glued) text.Append(' ');
            text.Append(word.Form);
        }
        return text.ToString();
    }
}
