using AttentionNotebooks.Tests.CommandLine;

namespace AttentionNotebooks.Tests;

/// <summary>The real all-MiniLM-L6-v2: what data/README.md says of its shipped tables, and the tables computed anew.</summary>
public class RealMiniLmTests
{
    private const double Digits = 5e-4;
    private static readonly HeadTable Sst2 = HeadTable.Read(Path("heads.sst2.csv"));

    [Fact]
    public void Heads_on_the_neighbours_and_on_CLS()
    {
        Assert.Equal(new HeadGrid(6, 12), Sst2.Grid);
        Expect("previous", "0-2", 0.965, above: 1);
        Expect("next", "1-8", 0.660, above: 1);
        Expect("cls", "2-9", 0.761, above: 17);
        Expect("sep", "3-11", 0.130, above: 0);
        Assert.Equal([0.129, 0.465, 0.478, 0.425, 0.485, 0.296],
            Enumerable.Range(0, 6).Select(l => Math.Round(Enumerable.Range(0, 12).Average(h => Sst2[l, h, "cls"]), 3)));
    }

    [Fact]
    public void Four_clusters()
    {
        // With diagonality, as an independent computation had it, and without, as the kit clusters.
        string[] thirteen = [.. StandardFeatures.ForClustering, "diagonality"];
        HeadClustering with = Sst2.Cluster(4, thirteen), clusters = Sst2.Cluster(4);
        Assert.Equal([("broad", 38), ("[CLS]", 21), ("local", 12), ("previous-token", 1)],
            with.Clusters.Select(c => (c.Name, c.Heads.Count)));
        Assert.Equal(0.313, with.Silhouette, Digits);
        Assert.Equal((2, 0.353), Sst2.SilhouetteByK(thirteen).Select(s => (s.K, Math.Round(s.Silhouette, 3))).MaxBy(s => s.Item2));
        Assert.Equal([("broad", 36), ("[CLS]", 23), ("local", 12), ("previous-token", 1)],
            clusters.Clusters.Select(c => (c.Name, c.Heads.Count)));
        Assert.Equal(0.299, clusters.Silhouette, Digits);
    }

    [Theory]
    [InlineData("obj", "2-0", 0.704), InlineData("nsubj", "1-4", 0.504), InlineData("det", "1-7", 0.706), InlineData("amod", "2-8", 0.714),
        InlineData("case", "2-8", 0.541)]
    public void The_best_head_of_a_relation_on_the_trees_of_SST_2(string relation, string head, double accuracy)
    {
        var best = RelationTable.Read(Path("relations.sst2.csv"), Sst2.Grid).Where(s => s.Relation == relation)
            .MaxBy(s => s.Accuracy.Correct)!;
        Assert.Equal(head, best.Head.ToString());
        Assert.Equal(accuracy, best.Accuracy.Value, Digits);
    }

    [Fact]
    public void On_a_real_treebank_heads_beat_the_best_offset_on_sentences_that_did_not_choose_them()
    {
        var ewt = Microsoft.Data.Analysis.DataFrame.LoadCsv(Path("relations.ewt.csv"));
        double[] Of(string column) => [.. Enumerable.Range(0, (int)ewt.Rows.Count).Select(r => Convert.ToDouble(ewt[column][r]))];
        double[] gains = Of("gain"), holm = Of("held_out_p_holm");
        Assert.Equal((45, 20, 17), (gains.Length, gains.Count(g => g >= 0.1), gains.Where((g, r) => g >= 0.1 && holm[r] < 0.05).Count()));
        // After Holm: beyond the offset, the part of speech, random weights, and all of them; and where the part of speech is better.
        bool[] Beaten(string gain, string p) => [.. Of(gain).Zip(Of(p), (g, h) => g > 0 && h < 0.05)];
        bool[] offset = Beaten("gain", "held_out_p_holm"), tags = Beaten("pos_gain", "pos_p_holm"),
            random = Beaten("random_gain", "random_p_holm");
        Assert.Equal((20, 11, 36), (offset.Count(b => b), tags.Count(b => b), random.Count(b => b)));
        Assert.Equal(9, Enumerable.Range(0, gains.Length).Count(r => offset[r] && tags[r] && random[r]));
        Assert.Equal(18, Of("pos_gain").Zip(Of("pos_p_holm"), (g, h) => g < 0 && h < 0.05).Count(worse => worse));
        int obj = Enumerable.Range(0, gains.Length).Single(r => (string)ewt["relation"][r] == "obj");
        Assert.Equal((0.740, 0.358), (Math.Round(Of("held_out")[obj], 3), Math.Round(Of("held_out_baseline")[obj], 3)));
        Assert.Equal(0.922, Of("pos_baseline")[obj], Digits);
    }

    [Fact]
    public void The_texts_are_those_of_the_BERT_tables_token_by_token()
    {
        foreach (var (own, bert) in new[] { ("heads.sst2.csv", "heads.csv"), ("texts.sst2.npz", "texts.npz"),
            ("relations.sst2.csv", "relations.csv") })
            Assert.Equal(Provenance.Read(Repository.Path("data", "bert-base", bert))!.TextsHash, Provenance.Read(Path(own))!.TextsHash);
    }

    [Theory]
    [InlineData("texts.npz", "heads.csv", 59), InlineData("texts.sst2.npz", "heads.sst2.csv", 97)]
    public void The_shipped_tables_are_the_means_of_the_shipped_values_per_text(string texts, string heads, int count)
    {
        var values = TextValues.Read(Path(texts));
        HeadTable means = values.ToTable(), table = HeadTable.Read(Path(heads));
        Assert.Equal((count, "all-MiniLM-L6-v2"), (values.Texts.Count, table.From!.Model));
        foreach (string f in means.Features)
            for (int h = 0; h < 72; h++) Assert.Equal(table.Column(f)[h], means.Column(f)[h], 1e-5);
    }

    [Fact]
    public void The_shipped_tables_are_what_the_model_gives()
    {
        using var model = Model();
        var shipped = HeadTable.Read(Path("heads.csv"));
        var source = new LiveAttention(model, [.. TextFile.Texts(Repository.Path("data", "texts", "sentences.txt"))]);
        var again = source.Extract(StandardFeatures.All);
        // Another processor may add up in another order.
        foreach (string f in shipped.Features)
            for (int h = 0; h < 72; h++)
                Assert.Equal(again.Column(f)[h], shipped.Column(f)[h], 1e-5 * Math.Max(1, Math.Abs(shipped.Column(f)[h])));
        Assert.Equal((shipped.From!.ModelHash, shipped.From.TextsHash), (again.From!.ModelHash, again.From.TextsHash));
    }

    [Fact]
    public async Task Compared_with_BERT_neighbour_lookers_and_broad_heads_are_in_both_and_heads_on_SEP_are_not()
    {
        var (code, output, error) = await Shell.Attn("compare", Repository.Path("data", "bert-base", "heads.csv"), Path("heads.sst2.csv"),
            "--draws", "19");
        Assert.True(code == 0, error);
        Assert.Contains("The texts are the same.", output);
        foreach (string row in new[] { "| head | next | 5 | 1 | both |", "| head | previous | 2 | 1 | both |",
            "| head | broad | 34 | 18 | both |",
            "| head | [CLS] | 0 | 9 | only B |", "| cluster | [CLS]/[SEP] | 72 | 0 | only A |" })
            Assert.Contains(row, output);
        Assert.Contains("More than half of the attention on sep: A 2 (3-4 0.514, 3-0 0.505); B no head.", output);
    }

    private static string Path(string name) => Repository.Path("data", "minilm", name);

    private static void Expect(string feature, string head, double value, int above)
    {
        var top = Sst2.Highest(feature, 1)[0];
        Assert.Equal(head, top.Head.ToString());
        Assert.Equal(value, top.Value, Digits);
        Assert.Equal(above, Sst2.Column(feature).Count(v => v > 0.5));
    }

    internal static Checkpoint Model()
    {
        Assert.SkipWhen(PackagedEncoders.Folder(PackagedEncoders.MiniLM) is null, "built with -p:MiniLM=false; build without it");
        return Checkpoint.Load(PackagedEncoders.MiniLM);
    }
}
