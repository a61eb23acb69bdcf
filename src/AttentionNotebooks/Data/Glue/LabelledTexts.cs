using System.Globalization;

namespace AttentionNotebooks;

/// <summary>A text, or a pair of texts, whose class is known.</summary>
/// <param name="Text">The text, or the first of a pair.</param>
/// <param name="Second">The second of a pair.</param>
/// <param name="Label">The number of its class, from 0.</param>
public sealed record LabelledText(string Text, string? Second, int Label);

/// <summary>Texts with their classes.</summary>
/// <param name="Items">The texts.</param>
/// <param name="Labels">The classes' names as the file writes them, by number. Whole numbers are in their order, words in alphabetical
/// (ordinal) order.</param>
public sealed record LabelledTexts(IReadOnlyList<LabelledText> Items, IReadOnlyList<string> Labels)
{
    private const int MostLabels = 100;

    /// <summary>The texts' classes.</summary>
    public int[] Gold => [.. Items.Select(i => i.Label)];

    /// <summary>The commonest class; of several the first.</summary>
    public int Majority => Enumerable.Range(0, Labels.Count).MaxBy(l => Items.Count(i => i.Label == l));

    /// <summary>Reads a file.</summary>
    /// <param name="file">A tab-separated file in UTF-8, with or without a byte-order mark, as the task lays it out; quotes are characters
    /// like any other. Empty lines are passed over.</param>
    /// <param name="task">The layout.</param>
    /// <param name="labels">The classes that are known, from the texts that were learnt from; found in this file when omitted.</param>
    /// <exception cref="InputException">The file cannot be read, lacks a column, a line has more or fewer columns, a text or label is
    /// empty, a label is unknown, or there are fewer than two classes or more than 100.</exception>
    public static LabelledTexts Read(string file, SentenceTask task, IReadOnlyList<string>? labels = null)
    {
        var rows = new List<(string First, string? Second, string Label, int Line)>();
        IReadOnlyList<string>? header = task.Columns;
        int[] texts = [], label = [];
        int line = 0;
        foreach (string content in TextFile.Lines(file))
        {
            line++;
            if (content.Length == 0) continue;
            var fields = content.Split('\t');
            bool isHeader = header is null;
            header ??= fields;
            if (texts.Length == 0) (texts, label) = (Places(file, header, task.TextColumns), Places(file, header, [task.LabelColumn]));
            if (isHeader) continue;
            if (fields.Length != header.Count)
                throw new InputException(file, $"line {line}", $"has {fields.Length} columns, not {header.Count}", task.Columns is null
                    ? "Give every line the columns of the first, with a tab between"
                    : $"{task.Name}'s files have {string.Join(", ", header)}, without a header");
            string Field(int column)
            {
                string place = $"line {line}, column {header[column]}";
                return VisibleText.Required(fields[column].Trim(), file, place) is { Length: > 0 } text ? text
                    : throw new InputException(file, place, "is empty", "Fill it, or leave the line out");
            }
            rows.Add((Field(texts[0]), texts.Length > 1 ? Field(texts[1]) : null, Field(label[0]), line));
        }
        if (rows.Count == 0)
            throw new InputException(file, null, "holds no text",
                $"Write lines with the columns {string.Join(", ", task.TextColumns.Append(task.LabelColumn))}");
        labels ??= LabelsOf(file, task, rows.Select(r => r.Label));
        var number = labels.Select((l, i) => (l, i)).ToDictionary(p => p.l, p => p.i, StringComparer.Ordinal);
        return new LabelledTexts([.. rows.Select(r => new LabelledText(r.First, r.Second, number.TryGetValue(r.Label, out int known) ? known
            : throw new InputException(file, $"line {r.Line}, column {task.LabelColumn}",
                $"has the label \"{r.Label}\", which the texts that were learnt from do not have",
                    $"Known are {string.Join(", ", labels.Take(10))}")))], labels);
    }

    /// <summary>So many of the texts, each class in its share and taken evenly over the file, in the file's order
    /// (<see cref="EvenSample"/>); all where there are no more.</summary>
    /// <param name="count">How many, at least one for each class of the texts.</param>
    /// <exception cref="InputException">There are more classes than texts to take.</exception>
    public LabelledTexts Evenly(int count) => this with { Items = Items.Evenly(count, i => i.Label) };

    /// <summary>Some of the texts, chosen at random and kept in their order; all where there are no more.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="seed">Decides which.</param>
    public LabelledTexts Sample(int count, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count >= Items.Count) return this;
        int[] order = [.. Enumerable.Range(0, Items.Count)];
        new Random(seed).Shuffle(order);
        return this with { Items = [.. order.Take(count).Order().Select(i => Items[i])] };
    }

    /// <summary>The same texts with the labels shuffled: as many of each class, and nothing to learn. What is learnt from them is
    /// what chance can do.</summary>
    /// <param name="seed">Decides how.</param>
    public LabelledTexts ShuffledLabels(int seed)
    {
        int[] labels = Gold;
        new Random(seed).Shuffle(labels);
        return this with { Items = [.. Items.Select((item, i) => item with { Label = labels[i] })] };
    }

    private static int[] Places(string file, IReadOnlyList<string> header, IReadOnlyList<string> names) =>
        [.. names.Select(name => header.Select((h, i) => (h, i)).Where(x => x.h == name).Select(x => (int?)x.i).FirstOrDefault()
            ?? throw new InputException(file, "line 1", $"has no column {name}",
                $"Name one of its columns: {string.Join(", ", header.Take(12))}"))];

    private static string[] LabelsOf(string file, SentenceTask task, IEnumerable<string> all)
    {
        string[] distinct = [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (distinct.Length is < 2 or > MostLabels)
            throw new InputException(file, $"column {task.LabelColumn}", $"has {distinct.Length} different labels",
                $"A task of classes has 2 to {MostLabels}; check that this is the column of the label");
        return distinct.All(l => Whole(l) is not null) ? [.. distinct.OrderBy(l => Whole(l))] : distinct;
    }

    private static long? Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
