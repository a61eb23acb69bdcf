namespace AttentionNotebooks.Tests.Functions;

/// <summary><c>functions.csv</c>: written and read in the library.</summary>
public sealed class RelationTableTests : IDisposable
{
    private static readonly HeadGrid Grid = new(2, 3);
    private readonly TestFolder _folder = new();
    private readonly DependencyHits _hits;

    public RelationTableTests()
    {
        var treebank = new PlantedTreebank(30, seed: 4);
        _hits = DependencyHits.Measure(treebank.Source(Grid, new Head(1, 1)), treebank.Sentences);
    }

    [Fact]
    public void Scores_that_are_written_are_read_again()
    {
        var scores = DependencyRelations.Score(_hits);
        RelationTable.Write(scores, _folder["plain.csv"]);
        Assert.Equal(scores, RelationTable.Read(_folder["plain.csv"], Grid));
        RelationTable.Write(scores, _folder["halves.csv"], HeldOutRelations.Halves(_hits));
        Assert.Equal(scores, RelationTable.Read(_folder["halves.csv"]));
        Assert.EndsWith(",ten_percent_relative,correct_a,count_a,correct_b,count_b", File.ReadLines(_folder["halves.csv"]).First());
    }

    [Fact]
    public void The_gains_of_a_file_are_those_of_its_scores()
    {
        var scores = DependencyRelations.Score(_hits);
        RelationTable.Write(scores, _folder["f.csv"]);
        Assert.Equal(BestRelation.Of(Grid, scores, atLeast: 5).Values, RelationGains.Read(_folder["f.csv"], Grid, atLeast: 5).Values);
    }

    [Fact]
    public void The_first_eleven_columns_are_enough()
    {
        var scores = DependencyRelations.Score(_hits);
        RelationTable.Write(scores, _folder["f.csv"]);
        File.WriteAllLines(_folder["few.csv"], File.ReadLines(_folder["f.csv"]).Select(l => string.Join(',', l.Split(',').Take(11))));
        Assert.Equal(scores.Select(s => (s.Relation, s.Head, s.Direction, s.Accuracy, s.Baseline, s.Offset)),
            RelationTable.Read(_folder["few.csv"]).Select(s => (s.Relation, s.Head, s.Direction, s.Accuracy, s.Baseline, s.Offset)));
    }

    [Fact]
    public void The_summary_has_a_row_per_relation()
    {
        var relations = HeldOutRelations.Score(_hits);
        RelationTable.Write(relations, _folder["s.csv"]);
        var rows = CsvTable.Read(_folder["s.csv"], "", ["relation", "held_out", "gain_low", "chosen_b"]).Rows;
        Assert.Equal(relations.Select(r => (r.Relation, r.Accuracy.Value, r.GainInterval.Low, r.Choices[1].Head.ToString())),
            rows.Select(r => (r.Text("relation"), r.Number("held_out"), r.Number("gain_low"), r.Text("chosen_b"))));
    }

    [Fact]
    public void The_summary_has_the_baselines_and_leaves_random_weights_empty_where_they_were_not_measured()
    {
        RelationTable.Write(HeldOutRelations.Score(_hits), _folder["s.csv"]);
        var relations = HeldOutRelations.Score(_hits, randomWeights: _hits);
        RelationTable.Write(relations, _folder["both.csv"]);
        string[] columns = ["pos_a", "pos_baseline", "pos_p_holm", "random_baseline", "random_p_holm"];
        Assert.All(CsvTable.Read(_folder["s.csv"], "", columns).Rows, r => Assert.Equal("", r.Text("random_baseline")));
        Assert.Equal(relations.Select(r => ($"{r.Choices[0].PartOfSpeech}", r.PartOfSpeech.Accuracy.Value, r.PartOfSpeech.Holm,
                r.RandomWeights!.Accuracy.Value, r.RandomWeights.Holm)),
            CsvTable.Read(_folder["both.csv"], "", columns).Rows.Select(r => (r.Text("pos_a"), r.Number("pos_baseline"),
                r.Number("pos_p_holm"), r.Number("random_baseline"), r.Number("random_p_holm"))));
    }

    [Theory]
    [InlineData("dep->head,4,", "up,4,", "column direction: has \"up\" where dep->head or head->dep belongs")]
    [InlineData("obj,0,0,", "obj,9,0,", "names head 9-0, which is outside the 2 × 3 heads")]
    [InlineData(",0.25,-1", ",0.26,-1", "column baseline: has \"0.26\", which is no share of 8 words")]
    [InlineData(",4,8,", ",9,8,", "has 9 correct of 8")]
    [InlineData("offset\n", "other\n", "line 1: has no column offset")]
    public void What_is_wrong_is_named(string was, string now, string expected)
    {
        const string Good = "relation,layer,head,direction,correct,count,accuracy,ci_low,ci_high,baseline,offset\n"
            + "obj,0,0,dep->head,4,8,0.5,0.2,0.8,0.25,-1\n";
        Assert.Equal(new Proportion(2, 8), Assert.Single(RelationTable.Read(_folder.Write("good.csv", Good), Grid)).Baseline);
        Assert.Contains(expected,
            Assert.Throws<InputException>(() => RelationTable.Read(_folder.Write("f.csv", Good.Replace(was, now)), Grid)).Message);
    }

    public void Dispose() => _folder.Dispose();
}
