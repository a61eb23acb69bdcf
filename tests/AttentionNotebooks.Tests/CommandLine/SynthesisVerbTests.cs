namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn synthesis</c>, from the files of the other verbs.</summary>
public sealed class SynthesisVerbTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Fact]
    public async Task Files_of_the_other_verbs_become_a_table_and_a_page_in_words()
    {
        string heads = Repository.Path("data", "bert-base", "heads.csv");
        Assert.Equal(0, (await Shell.Attn("cluster", "--heads", heads, "--k", "4", "--out", folder["clusters.csv"])).Code);
        // Head 7-9 finds objects; every head is scored, as attn functions does.
        File.WriteAllText(folder["functions.csv"], "relation,layer,head,direction,correct,count,accuracy,ci_low,ci_high,baseline,offset\n"
            + string.Concat(from l in Enumerable.Range(0, 12)
                            from h in Enumerable.Range(0, 12)
                            select $"obj,{l},{h},dep->head,0,100,{(l == 7 && h == 9 ? "0.9" : "0.2")},0,1,0.3,-2\nrare,{l},"
                            + $"{h},dep->head,0,3,1,0,1,0,-2\n"));
        File.WriteAllText(folder["importance.csv"],
            "layer,head,gradient\n" + string.Concat(from l in Enumerable.Range(0, 12)
                                                    from h in Enumerable.Range(0, 12)
                                                    select $"{l},{h},{l * 12 + h}\n"));
        var (code, output, error) = await Shell.Attn("synthesis", "--heads", heads, "--clusters", folder["clusters.csv"], "--functions",
            folder["functions.csv"], "--importance", folder["importance.csv"], "--report", folder["page.md"], "--out", folder["s.csv"]);
        Assert.True(code == 0, error);
        var rows = File.ReadAllLines(folder["s.csv"]).Select(l => l.Split(',')).ToArray();
        Assert.Equal(4 * 11, rows.Length - 1); // layer, 8 columns of the table, the best relation, the gradient
        Assert.Contains(rows, r => r[3] == "previous" && r[6] == "1" && r[17] == "1" && r[18] == "1");
        // The mean of the gain: one head of the cluster that has it at 0.6, all others at -0.1; rare relations do not count.
        var gains = rows.Where(r => r[3] == "best relation")
            .Select(r => double.Parse(r[7], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(3, gains.Count(g => Math.Abs(g + 0.1) < 1e-9));
        Assert.All(File.ReadAllText(folder["page.md"]).Split('\n').Where(l => l.Contains("heads, layers")),
            l => Assert.Contains(l, output, StringComparison.Ordinal));
        Assert.Equal(4, File.ReadAllText(folder["page.md"]).Split('\n').Count(l => l.Contains("heads, layers")));
    }

    [Theory]
    [InlineData("relation,layer,head,count,accuracy\n", "no column baseline")]
    [InlineData("layer,head,count,accuracy,baseline\n0,0,x,1,1\n", "line 2")]
    [InlineData("layer,head,count,accuracy,baseline\n99,0,60,1,1\n", "head 99-0")]
    [InlineData("layer,head,count,accuracy,baseline\n0,0,60,NaN,1\n", "line 2, column accuracy: has \"NaN\"")]
    [InlineData("layer,head,count,accuracy,baseline\n0,0,60,1,1\n", "does not score head 0-1")]
    public async Task A_broken_file_of_relations_is_named(string content, string expected)
    {
        string heads = Repository.Path("data", "bert-base", "heads.csv");
        Assert.Equal(0, (await Shell.Attn("cluster", "--heads", heads, "--k", "2", "--out", folder["clusters.csv"])).Code);
        File.WriteAllText(folder["f.csv"], content);
        var (code, _, error) = await Shell.Attn("synthesis", "--heads", heads, "--clusters", folder["clusters.csv"], "--functions",
            folder["f.csv"], "--out", folder["s.csv"]);
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["s.csv"]));
    }

    // Two models of the same grid: only what stands beside the files says that they are not of one model.
    [Fact]
    public async Task Clusters_and_relations_of_another_model_are_refused_in_one_line_that_names_both()
    {
        var table = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
        var other = new Provenance("minilm", new string('b', 64));
        table.Of(new Provenance("bert-base", new string('a', 64))).Write(folder["heads.csv"]);
        table.Of(other).Write(folder["others.csv"]);
        Assert.Equal(0, (await Shell.Attn("cluster", "--heads", folder["others.csv"], "--k", "2", "--out", folder["c.csv"])).Code);
        Assert.Equal(other, Provenance.Read(folder["c.csv"]));
        await Refused("c.csv: is of 12 × 12 heads of model minilm (bbbbbbbb), heads.csv is of model bert-base (aaaaaaaa)");

        Assert.Equal(0, (await Shell.Attn("cluster", "--heads", folder["heads.csv"], "--k", "2", "--out", folder["c.csv"])).Code);
        RelationTable.Write([.. table.Grid.All().Select(h => new RelationScore("obj", h, Direction.DependentToHead, new(20, 100),
            new(30, 100), -2))], folder["f.csv"], from: other);
        await Refused("f.csv: is of 12 × 12 heads of model minilm (bbbbbbbb), heads.csv is of model bert-base (aaaaaaaa)");

        // Where nothing stands beside them, nothing is refused.
        foreach (string file in new[] { "c.csv", "f.csv" }) File.Delete(TableNotesFile.Of(folder[file]));
        Assert.Equal(0, (await Synthesis()).Code);

        Task<(int Code, string Output, string Error)> Synthesis() => Shell.Attn(["synthesis", "--heads", folder["heads.csv"], "--clusters",
            folder["c.csv"], .. File.Exists(folder["f.csv"]) ? (string[])["--functions", folder["f.csv"]] : [], "--out", folder["s.csv"]]);

        async Task Refused(string expected)
        {
            var (code, _, error) = await Synthesis();
            Assert.Equal(1, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }
    }

    public void Dispose() => folder.Dispose();
}
