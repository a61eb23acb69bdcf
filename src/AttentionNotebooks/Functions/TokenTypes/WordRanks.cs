using System.Globalization;

namespace AttentionNotebooks;

/// <summary>How common words are, as ranks: 1 is the commonest; words as common share a rank. Letter case is ignored.</summary>
public sealed class WordRanks
{
    private const string Remedy = "Write a line per word: the word, a tab, how often it occurs";
    private readonly Dictionary<string, int> _ranks;

    private WordRanks(Dictionary<string, long> counts)
    {
        _ranks = [];
        int words = 0;
        foreach (var group in counts.GroupBy(c => c.Value).OrderByDescending(g => g.Key))
        {
            foreach (var (word, _) in group) _ranks[word] = words + 1;
            words = _ranks.Count;
        }
    }

    /// <summary>How many words have a rank.</summary>
    public int Count => _ranks.Count;

    /// <summary>The ranks of the words of some texts by those texts themselves; pieces of a word are put together.</summary>
    /// <param name="texts">The texts, with tokens; special tokens are left out.</param>
    /// <exception cref="InputException">A text's tokens are not known.</exception>
    public static WordRanks Of(IEnumerable<AttentionText> texts)
    {
        var counts = new Dictionary<string, long>();
        foreach (var text in texts)
            foreach (var word in Words(text).Where(w => w.Number >= 0).DistinctBy(w => w.Number)) Add(counts, word.Word, 1);
        return new WordRanks(counts);
    }

    /// <summary>Ranks by a table of counts from a larger corpus.</summary>
    /// <param name="file">A line per word: the word, a tab, how often it occurs.</param>
    /// <exception cref="InputException">The file cannot be read, or a line is broken.</exception>
    public static WordRanks Read(string file)
    {
        var counts = new Dictionary<string, long>();
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            if (text.Length == 0) continue;
            if (text.Split('\t') is not [{ Length: > 0 } word, var count])
                throw new InputException(file, $"line {line}", "is not a word and a count", Remedy);
            if (!long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                throw new InputException(file, $"line {line}", $"has the count \"{count}\", which is no number", Remedy);
            Add(counts, word, number);
        }
        return counts.Count > 0 ? new WordRanks(counts) : throw new InputException(file, null, "holds no word", Remedy);
    }

    /// <summary>A word's rank, from 1; <see langword="null"/> where it was never seen.</summary>
    public int? this[string word] => _ranks.TryGetValue(word.ToLowerInvariant(), out int rank) ? rank : null;

    /// <summary>The ranks of a text's tokens: those of the words that they are pieces of; 0 for words never seen, −1 for special
    /// tokens.</summary>
    /// <param name="text">The text, with tokens.</param>
    /// <exception cref="InputException">Its tokens are not known.</exception>
    public int[] RanksOf(AttentionText text) => [.. Words(text).Select(w => w.Number < 0 ? -1 : this[w.Word] ?? 0)];

    private static (int Number, string Word)[] Words(AttentionText text) => text.Tokens is not null
        ? TokenWords.Of(text)
        : throw new InputException($"text {text.Id}", null, "has no tokens, so its words are not known",
            "Give the tokens of the saved maps (--tokens)");

    private static void Add(Dictionary<string, long> counts, string word, long number)
    {
        string key = word.ToLowerInvariant();
        counts[key] = counts.GetValueOrDefault(key) + number;
    }
}
