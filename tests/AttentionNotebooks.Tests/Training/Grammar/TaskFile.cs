namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>A shipped task file: rows by column name.</summary>
internal static class TaskFile
{
    public static readonly string[] Splits = ["train", "dev", "test"];

    public static IReadOnlyList<Dictionary<string, string>> Read(string name)
    {
        string[] lines = File.ReadAllLines(Repository.Path("data", "tasks", name + ".tsv"));
        string[] header = lines[0].Split('\t');
        return [.. lines[1..].Select(l => header.Zip(l.Split('\t')).ToDictionary(p => p.First, p => p.Second))];
    }

    /// <summary>How often the best rule "this word, this label" is right: the most that a single word can tell.</summary>
    public static double BestSingleWord(IReadOnlyList<Dictionary<string, string>> rows, string positive, params string[] columns)
    {
        var labels = rows.Select(r => r["label"] == positive).ToArray();
        var words = rows.Select(r => columns.SelectMany(c => Words(r[c]).Select(w => $"{c}:{w}")).ToHashSet()).ToArray();
        return words.SelectMany(w => w).Distinct().Max(word =>
        {
            int right = Enumerable.Range(0, rows.Count).Count(i => words[i].Contains(word) == labels[i]);
            return (double)Math.Max(right, rows.Count - right) / rows.Count;
        });
    }

    public static string[] Words(string sentence) =>
        sentence.ToLowerInvariant().Replace(",", " ,").TrimEnd('.', '?').Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
