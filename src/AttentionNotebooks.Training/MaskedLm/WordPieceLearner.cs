namespace AttentionNotebooks.Training;

/// <summary>
/// Learns a word-piece vocabulary: starting from single characters, the most frequent pair of neighbouring pieces
/// becomes a piece, again and again. Ties go to the pair that comes first in ordinal order, so that the same texts
/// give the same vocabulary everywhere.
/// </summary>
/// <remarks>Sennrich et al. (2016), "Neural Machine Translation of Rare Words with Subword Units", algorithm 1, with
/// BERT's ## before pieces inside a word. Google's own word-piece trainer, which chooses by likelihood, is not public.</remarks>
internal sealed class WordPieceLearner
{
    private static readonly string[] Special = [.. SpecialTokens.Bert.All.Select(t => t.Token)];
    private readonly Dictionary<string, long> words = new(StringComparer.Ordinal);

    /// <summary>Counts the words of a text, lower-cased and without accents, punctuation apart.</summary>
    public void Add(string text)
    {
        foreach (var (word, start) in BasicTokenizer.SplitAtSpace(text))
        {
            foreach (var part in BasicTokenizer.SplitWord(word, start,
                new BasicOptions(LowerCase: true, StripAccents: true, SplitCjk: true)))
                words[part.Text] = words.GetValueOrDefault(part.Text) + 1;
        }
    }

    /// <summary>Learns the vocabulary.</summary>
    /// <param name="size">Entries wanted; fewer come back where the texts run out of pairs.</param>
    /// <param name="leastCharacter">How often a character must occur to be an entry; words with a rarer one become <c>[UNK]</c>.</param>
    /// <returns>The special tokens, the characters, and the learnt pieces in the order of learning.</returns>
    public IReadOnlyList<string> Learn(int size, int leastCharacter = 10)
    {
        var characters = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in words)
        {
            foreach (string character in Characters(word)) characters[character] = characters.GetValueOrDefault(character) + count;
        }
        var pieces = characters.Where(c => c.Value >= leastCharacter).Select(c => c.Key).Order(StringComparer.Ordinal).ToList();
        var index = pieces.Select((piece, i) => (piece, i)).ToDictionary(p => p.piece, p => p.i, StringComparer.Ordinal);
        var merges = new PairMerges(pieces);
        foreach (var (word, count) in words.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            var parts = Characters(word).ToList();
            if (parts.TrueForAll(index.ContainsKey)) merges.AddWord([.. parts.Select(p => index[p])], count);
        }
        var distinct = new HashSet<string>(pieces, StringComparer.Ordinal); // two pairs can spell the same piece
        while (Special.Length + distinct.Count < size && merges.MergeNext()) distinct.Add(pieces[^1]);
        return [.. Special, .. pieces.Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Characters(string word) =>
        word.EnumerateRunes().Select((rune, i) => i == 0 ? rune.ToString() : "##" + rune);
}
