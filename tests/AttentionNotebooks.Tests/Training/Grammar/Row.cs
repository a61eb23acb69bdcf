using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>A word as CoNLL-U gives it, all columns; heads count from 1, 0 is the root.</summary>
internal sealed record Row(int Id, string Form, string Lemma, string Tag, string FineTag, string Features, int Head, string Relation,
    string Misc)
{
    public bool Has(string feature) => Features.Split('|').Contains(feature);
}

/// <summary>A tree as the tests see it: read from text, with nothing of the grammar's own objects.</summary>
internal sealed record Rows(string Id, string Text, Row[] Words)
{
    public static IReadOnlyList<Rows> Read(string conllU) =>
        [.. conllU.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Sentence)];

    public static Rows Of(SentenceTree tree) => Sentence(tree.ToConllU("x").TrimEnd('\n'));

    public IEnumerable<Row> DependentsOf(Row word) => Words.Where(w => w.Head == word.Id);

    public Row? Dependent(Row word, params string[] relations) => DependentsOf(word).FirstOrDefault(w => relations.Contains(w.Relation));

    public Row? HeadOf(Row word) => word.Head == 0 ? null : Words[word.Head - 1];

    private static Rows Sentence(string block)
    {
        string[] lines = block.Split('\n');
        string Comment(string name) => lines.First(l => l.StartsWith($"# {name} = ", StringComparison.Ordinal))[(name.Length + 5)..];
        var words = lines.Where(l => !l.StartsWith('#')).Select(l => l.Split('\t'))
            .Select(f => new Row(int.Parse(f[0]), f[1], f[2], f[3], f[4], f[5], int.Parse(f[6]), f[7], f[9]));
        return new Rows(Comment("sent_id"), Comment("text"), [.. words]);
    }
}
