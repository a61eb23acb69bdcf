using System.IO.Compression;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Tests.Spelling;

/// <summary>
/// British English (SCOWL's list, see SCOWL.txt) with the words of the field (words.txt). A word that is listed in lower
/// case may begin with a capital; a name must.
/// </summary>
internal sealed partial class Dictionary
{
    private readonly HashSet<string> words;

    private Dictionary(IEnumerable<string> words) => this.words = [.. words];

    /// <summary>The dictionary of the repository.</summary>
    public static Dictionary Load()
    {
        string folder = Repository.Path("tests", "AttentionNotebooks.Tests", "Spelling");
        using var british = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(folder, "british.txt.gz")),
            CompressionMode.Decompress));
        var field = File.ReadLines(Path.Combine(folder, "words.txt")).Where(l => !l.StartsWith('#'))
            .SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return new([.. british.ReadToEnd().Split('\n'), .. field]);
    }

    /// <summary>The words of a line that are not in the dictionary. What is written as code is written (identifiers, paths, abbreviations)
    /// is no word.</summary>
    /// <param name="line">Prose, one line.</param>
    public IEnumerable<string> Unknown(string line) =>
        from chunk in ChunkPattern().Matches(line)
        where !CodePattern().IsMatch(chunk.Value)
        from part in chunk.Value.Split('.', '-', '–', '·')
        let word = part.Replace('’', '\'').Trim('\'')
        where word.Length > 2 && WordPattern().IsMatch(word) && !Knows(word)
        select word;

    private bool Knows(string word)
    {
        string bare = word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word;
        return words.Contains(word) || words.Contains(bare) || words.Contains(char.ToLowerInvariant(bare[0]) + bare[1..]);
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{Nd}_'’.@/\\·–-]+")]
    private static partial Regex ChunkPattern();

    // A digit, an underscore, a path, an address, a member, a capital after a small letter, two capitals.
    [GeneratedRegex(@"[\p{Nd}_/\\@]|\p{L}\.\p{L}|\p{Ll}\p{Lu}|\p{Lu}{2}")]
    private static partial Regex CodePattern();

    // Letters of Western Europe: with others, such as small indices, it is a formula.
    [GeneratedRegex("^[A-Za-zÀ-ÖØ-öø-ÿ']+$")]
    private static partial Regex WordPattern();
}
