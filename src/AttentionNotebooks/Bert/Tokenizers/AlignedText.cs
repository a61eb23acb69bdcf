using System.Text;

namespace AttentionNotebooks;

/// <summary>A character of a normalised text and where it comes from.</summary>
/// <param name="Rune">The character.</param>
/// <param name="Start">First UTF-16 position in the original text.</param>
/// <param name="End">One past the last.</param>
internal readonly record struct AlignedRune(Rune Rune, int Start, int End);

/// <summary>A normalised text; each of its UTF-16 units knows where it comes from.</summary>
internal sealed class AlignedText
{
    private readonly int[] starts, ends;

    private AlignedText(string text, int[] starts, int[] ends)
    {
        Text = text;
        this.starts = starts;
        this.ends = ends;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The characters from <paramref name="from"/> up to <paramref name="to"/> of a list.</summary>
    public static AlignedText Of(List<AlignedRune> runes, int from, int to)
    {
        var text = new StringBuilder(to - from);
        var (starts, ends) = (new List<int>(to - from), new List<int>(to - from));
        Span<char> units = stackalloc char[2];
        for (int i = from; i < to; i++)
        {
            int count = runes[i].Rune.EncodeToUtf16(units);
            for (int u = 0; u < count; u++)
            {
                text.Append(units[u]);
                starts.Add(runes[i].Start);
                ends.Add(runes[i].End);
            }
        }
        return new AlignedText(text.ToString(), [.. starts], [.. ends]);
    }

    /// <summary>Where a stretch of the text comes from.</summary>
    /// <param name="from">Its first unit.</param>
    /// <param name="to">One past its last; more than <paramref name="from"/>.</param>
    public (int Start, int End) Origin(int from, int to) => (starts[from], ends[to - 1]);
}
