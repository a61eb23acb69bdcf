namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>Two models side by side: the whole comparison and its files.</summary>
public class HeadComparisonTests
{
    private static readonly HeadTable Bert = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
    private static readonly HeadTable Tweets = HeadTable.Read(Repository.Path("data", "bert-base", "heads.tweets.csv"));

    [Fact]
    public void A_model_compared_with_itself_is_the_same_in_all_parts()
    {
        var c = HeadComparison.Compute(Bert, Bert, new() { NameA = "one", NameB = "two", Draws = 19 });
        Assert.All(c.Names.Concat(c.Patterns), p => Assert.Equal(p.A.Value, p.B.Value));
        Assert.Equal((1.0, 1.0, 1.0), (c.OnA.AdjustedRand.Value, c.OnB.AdjustedRand.Value, c.SameHeads!.AdjustedRand.Value));
        Assert.Equal(0, c.Matching.Distance.Value);
        string page = c.ToMarkdown();
        Assert.Contains("# one and two", page);
        Assert.Contains("144 of 144 partners have the same number", page);
        Assert.DoesNotContain("NaN", page);
    }

    [Fact]
    public void Heads_are_counted_by_the_names_of_their_clusters_and_by_their_own_patterns()
    {
        var c = HeadComparison.Compute(Bert, Tweets, new() { Draws = 19 });
        foreach (var (table, of) in new[] { (Bert, (Func<PatternCount, double>)(p => p.A.Value)), (Tweets, p => p.B.Value) })
            Assert.Equal(table.Cluster(4).Clusters.Select(x => (x.Name, (double)x.Heads.Count)).OrderBy(x => x.Name),
                c.Names.Where(n => of(n) > 0).Select(n => (n.Name, of(n))).OrderBy(x => x.Name));
        Assert.Equal(["[CLS]/[SEP]", "[SEP]"], c.Names.Where(n => !n.InBoth).Select(n => n.Name).Order(StringComparer.Ordinal));
        Assert.Equal(144, c.Patterns.Sum(p => p.A.Value));
        Assert.Equal(HeadPatterns.Clark(Tweets).Count(p => p == "next"), c.Patterns.Single(p => p.Name == "next").B.Value);
        Assert.True(double.IsNaN(c.Patterns[0].A.Low)); // no values per text
    }

    [Fact]
    public void Values_per_text_give_the_counts_intervals()
    {
        var values = TextValues.Read(Repository.Path("data", "bert-base", "texts.npz")).ToTable();
        var c = HeadComparison.Compute(values, Tweets, new() { Draws = 19 });
        Assert.Equal(5, c.Patterns.Single(p => p.Name == "next").A.Value);
        var broad = c.Patterns.Single(p => p.Name == "broad").A;
        Assert.True(broad.Low < broad.Value && broad.Value < broad.High);
    }

    [Fact]
    public void A_notebook_shows_tables_of_every_part()
    {
        var c = HeadComparison.Compute(Bert, Tweets, new() { NameA = "one <b>", Draws = 19 });
        string all = ComparisonTables.Of(c).ToText();
        Assert.Contains("partners of the same number", all);
        Assert.Contains(FormattableString.Invariant($"{c.Matching.SameNumber:0} of 144"), all);
        Assert.Contains("one &lt;b&gt;", ComparisonTables.Of(c).ToHtml());
        Assert.Equal(10, ComparisonTables.Of(c.Matching).Rows.Length);
        Assert.Contains("next-token", ComparisonTables.Of(c.Names).ToText());
        Assert.Equal(["feature", "top of A", "top of B", "layers", "heads", "by layer", "p, Holm"],
            ComparisonTables.Of(c.Agreements).Columns);
        Assert.Contains("mean_distance (tokens)", ComparisonTables.Of(c.Agreements).ToText());
        foreach (string text in new[] { all, ComparisonTables.Of(c.Patterns).ToText(), ComparisonTables.Of(c.Agreements).ToText() })
            Assert.DoesNotContain("NaN", text);
    }

    [Fact]
    public void Models_of_other_shapes_are_compared()
    {
        int[] kept = [.. Enumerable.Range(0, 144).Where(i => i / 12 % 2 == 1)];
        var half = new HeadTable(new HeadGrid(6, 12), [.. Bert.Columns.Select(c => new HeadColumn(c.Info, [.. kept.Select(i => c[i])]))]);
        var c = HeadComparison.Compute(Bert, half, new() { Draws = 19 });
        Assert.Null(c.SameHeads);
        Assert.True(c.OnB.AdjustedRand.Low > 0.5);
        Assert.Contains("Without a partner: 72 heads of A", c.ToMarkdown());
        Assert.DoesNotContain("NaN", c.ToMarkdown());
    }

    [Fact]
    public void Files_hold_a_row_per_pair_and_layer_and_say_where_both_tables_come_from()
    {
        using var folder = new TestFolder();
        var from = new Provenance("tuned", new string('a', 64), 50, new string('b', 64), "0");
        var c = HeadComparison.Compute(Bert, Tweets.Of(from), new() { NameA = "x, y", Features = ["cls", "sep", "next"], Draws = 19 });
        Assert.Equal("tuned", c.Options.NameB);
        c.WriteMatches(folder["m.csv"]);
        c.WriteProfiles(folder["p.csv"]);
        var pairs = File.ReadAllLines(folder["m.csv"]);
        Assert.Equal("layer_a,head_a,layer_b,head_b,distance,correlation,dealt_anew", pairs[0]);
        Assert.Equal(145, pairs.Length);
        Assert.Equal(1 + 3 * 2 * 12, File.ReadAllLines(folder["p.csv"]).Length);
        Assert.StartsWith("cls,\"x, y\",0,0.041666666666666664,", File.ReadAllLines(folder["p.csv"])[1]);
        var beside = Provenance.Read(folder["m.csv"])!;
        Assert.Equal("x, y, tuned", beside.Model);
        Assert.Equal((new string('a', 64), new string('b', 64), "cls,sep,next"),
            (beside.Options["b_hash"], beside.Options["b_texts_hash"], beside.Options["features"]));
        Assert.Equal("both models together", beside.Options["scale"]);
        Assert.DoesNotContain("scale", Provenance.Read(folder["p.csv"])!.Options.Keys);
        Assert.Contains("no maps", Assert.Throws<InputException>(() => c.WriteChanges(folder["c.csv"])).Message);
        Assert.False(File.Exists(folder["c.csv"]));
    }
}
