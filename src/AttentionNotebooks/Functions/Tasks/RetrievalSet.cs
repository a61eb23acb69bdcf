namespace AttentionNotebooks;

/// <summary>Questions with the candidates that they share: the right one of question q is candidate q, all others are wrong.</summary>
/// <param name="Questions">The sentences that are asked, Q of them.</param>
/// <param name="Candidates">The sentences to choose from, N of them, at least Q; the first Q are right.</param>
public sealed record RetrievalSet(IReadOnlyList<string> Questions, IReadOnlyList<string> Candidates)
{
    /// <summary>Candidates where sets are made of pairs, unless said otherwise.</summary>
    public const int DefaultCandidates = 8;

    private const string Question = "sentence", Right = "paraphrase", Id = "id";

    private static readonly char[] BetweenWords = [' ', '.', ',', '!', '?', ';', ':', '"'];

    /// <summary>Whether a file has sets of its own: columns <c>sentence</c> and <c>paraphrase</c>.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static bool IsFile(string file) =>
        TextFile.Lines(file).FirstOrDefault()?.Split('\t') is { } header && header.Contains(Question) && header.Contains(Right);

    /// <summary>Reads a tab-separated file: a row is a set of one question, with the columns <c>sentence</c> (asked), <c>paraphrase</c>
    /// (right) and others (wrong); a column <c>id</c> is passed over.</summary>
    /// <param name="wrong">The columns of wrong candidates; all others unless given.</param>
    /// <exception cref="InputException">The file cannot be read, lacks a column or has no wrong candidates, a column of wrong candidates
    /// is another's or named twice, or a line has more or fewer columns, an empty sentence or one of characters none of which can be
    /// seen, or a wrong candidate that is the question or the right one.</exception>
    public static IReadOnlyList<RetrievalSet> Read(string file, IReadOnlyList<string>? wrong = null)
    {
        string[]? header = null;
        int question = 0;
        int[] candidates = [];
        var sets = new List<RetrievalSet>();
        foreach (var (number, line) in TextFile.Lines(file).Index())
        {
            string[] fields = line.Split('\t');
            if (header is null)
            {
                header = fields;
                question = Array.IndexOf(header, Question);
                string[] others = wrong is null ? [.. header.Where(c => c is not (Question or Right or Id))] : [.. wrong];
                candidates = [.. others.Prepend(Right).Select(c => Array.IndexOf(header, c))];
                if (wrong?.FirstOrDefault(c => !header.Contains(c)) is { } missing)
                    throw new InputException(file, "line 1", $"has no column {missing}",
                        $"Name some of its columns: {string.Join(", ", header.Take(12))}");
                if (wrong?.FirstOrDefault(c => c is Question or Right or Id) is { } other)
                    throw new InputException(file, "line 1", $"has no wrong sentences in the column {other}", "Name other columns");
                if (others.GroupBy(c => c).FirstOrDefault(g => g.Skip(1).Any()) is { Key: var twice })
                    throw new InputException(file, "line 1", $"has the column {twice}, which is named twice", "Name every column once");
                if (question < 0 || candidates[0] < 0 || candidates.Length < 2)
                    throw new InputException(file, "line 1", $"has the columns {string.Join(", ", header.Take(10))}",
                        $"Name the columns {Question} and {Right}, and one at least for wrong candidates");
                continue;
            }
            if (line.Length == 0) continue;
            if (fields.Length != header.Length)
                throw new InputException(file, $"line {number + 1}", $"has {fields.Length} columns, not {header.Length}",
                    "Give every line the columns of the first, with a tab between");
            string Sentence(int column)
            {
                string place = $"line {number + 1}, column {header[column]}";
                return VisibleText.Required(fields[column].Trim(), file, place) is { Length: > 0 } text ? text
                    : throw new InputException(file, place, "is empty", "Fill it, or leave the line out");
            }
            var set = new RetrievalSet([Sentence(question)], [.. candidates.Select(Sentence)]);
            if (set.Candidates.Index().Skip(1).FirstOrDefault(c => c.Item == set.Candidates[0] || c.Item == set.Questions[0]).Index
                is > 0 and var same)
                throw new InputException(file, $"line {number + 1}, column {header[candidates[same]]}", "is the question or the right "
                    + "sentence once more", "Write a wrong sentence, or leave the line out");
            sets.Add(set);
        }
        return sets.Count > 0 ? sets : throw new InputException(file, null, "holds no sentence", "Write a line per question");
    }

    /// <summary>
    /// Deals pairs into sets of N: every first sentence is a question, and the N second ones are the candidates of all. A set takes the
    /// pairs whose words are most alike, since others are told apart by a single word.
    /// </summary>
    /// <param name="pairs">Pairs that say the same; others are left out, and so are pairs of which a sentence stands in an earlier
    /// pair, and what is left after full sets.</param>
    /// <param name="candidates">N, at least 2.</param>
    /// <exception cref="InputException">There are fewer than two candidates, or too few pairs for one set.</exception>
    public static IReadOnlyList<RetrievalSet> Of(IReadOnlyList<SentencePair> pairs, int candidates = DefaultCandidates)
    {
        if (candidates < 2)
            throw new InputException("candidates", null, $"are {candidates}", "Give two at least: the right one and a wrong one");
        var seen = new HashSet<string>();
        SentencePair[] own = [.. pairs.Where(p => p.Alike && p.First != p.Second && !seen.Contains(p.First) && !seen.Contains(p.Second)
            && seen.Add(p.First) && seen.Add(p.Second))];
        if (own.Length < candidates)
            throw new InputException("pairs that say the same", null,
                $"are {own.Length} without repeated sentences, too few for a set of {candidates}", "Give more pairs, or fewer candidates");
        HashSet<string>[] words = [.. own.Select(p => $"{p.First} {p.Second}".ToLowerInvariant()
            .Split(BetweenWords, StringSplitOptions.RemoveEmptyEntries).ToHashSet())];
        // Jaccard's share of two pairs' words that are of both; of equals, the earlier in the file.
        double Shared(int a, int b) => words[a].Count(words[b].Contains) is var both
            ? (double)both / (words[a].Count + words[b].Count - both) : 0;
        var left = Enumerable.Range(0, own.Length).ToList();
        var sets = new List<RetrievalSet>();
        while (left.Count >= candidates)
        {
            int[] set = [left[0], .. left.Skip(1).OrderByDescending(other => Shared(left[0], other)).Take(candidates - 1)];
            left.RemoveAll(set.Contains);
            sets.Add(new RetrievalSet([.. set.Select(p => own[p].First)], [.. set.Select(p => own[p].Second)]));
        }
        return sets;
    }
}
