using AttentionNotebooks.Cli;
using AttentionNotebooks.Tests.Attention;
using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The command line's contract: files, exit codes, and one clear line when something is wrong.</summary>
public class AttnTests
{
    [Fact]
    public async Task Features_of_saved_maps_then_clusters()
    {
        using var folder = new TestFolder();
        string maps = MapArchiveTests.Save(folder, Maps.Previous(8), Maps.Random(6, 1));
        var (code, output, _) = await Shell.Attn("features", "--maps", maps, "--features", "previous,entropy", "--out",
            folder["heads.csv"]);
        Assert.Equal(0, code);
        Assert.Contains("1 × 1 heads, 2 features, means over 2 texts", output);
        Assert.StartsWith("layer,head,previous,entropy\n0,0,", File.ReadAllText(folder["heads.csv"]));
    }

    [Fact]
    public async Task Cluster_writes_a_row_per_head_and_a_report()
    {
        using var folder = new TestFolder();
        var (code, output, _) = await Shell.Attn("cluster", "--heads", Repository.Path("data", "bert-base", "heads.csv"), "--features",
            "mean_distance", "--k", "4",
            "--out", folder["clusters.csv"], "--json", folder["r.json"]);
        Assert.Equal(0, code);
        Assert.Contains("silhouette 0.600", output);
        string[] lines = File.ReadAllLines(folder["clusters.csv"]);
        Assert.Equal("layer,head,cluster,name", lines[0]);
        Assert.Equal(145, lines.Length);
        using var report = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder["r.json"]));
        Assert.Equal(0.600, report.RootElement.GetProperty("silhouette").GetDouble(), 2e-3);
        foreach (string figure in new[] { "inertia", "calinski_harabasz", "davies_bouldin" })
            Assert.True(report.RootElement.GetProperty(figure).GetDouble() > 0);
        Assert.InRange(report.RootElement.GetProperty("stability").GetProperty("mean").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task The_same_command_writes_the_same_bytes()
    {
        using var folder = new TestFolder();
        foreach (string name in new[] { "a", "b" })
            await Shell.Attn("cluster", "--heads", Repository.Path("data", "bert-base", "heads.csv"), "--k", "5", "--out",
                folder[$"{name}.csv"], "--json", folder[$"{name}.json"]);
        Assert.Equal(File.ReadAllText(folder["a.csv"]), File.ReadAllText(folder["b.csv"]));
        Assert.Equal(File.ReadAllText(folder["a.json"]), File.ReadAllText(folder["b.json"]));
    }

    [Fact]
    public async Task Maps_of_a_model_then_their_features_are_the_models_features()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt", "the cat sat\n\na dog playing\n");
        Assert.Equal(0, (await Shell.Attn("maps", "--model", folder.Root, "--text", texts, "--out", folder["m", "maps.npz"])).Code);
        Assert.Equal(0, (await Shell.Attn("features", "--maps", folder["m", "maps.npz"], "--tokens", folder["m", "maps.tokens.jsonl"],
            "--out", folder["saved.csv"])).Code);
        Assert.Equal(0, (await Shell.Attn("features", "--model", folder.Root, "--text", texts, "--out", folder["live.csv"])).Code);
        var (saved, live) = (HeadTable.Read(folder["saved.csv"]), HeadTable.Read(folder["live.csv"]));
        foreach (string f in live.Features) Assert.All(live.Column(f).Zip(saved.Column(f)), v => Assert.Equal(v.First, v.Second, 1e-5));
        Assert.Equal(["000000", "000001"], MapArchive.Open(folder["m", "maps.npz"]).Texts.Select(t => t.Id));
    }

    [Fact]
    public async Task Relations_are_scored_on_the_half_that_their_heads_were_not_chosen_on()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string sentence = "1\tthe\t_\t_\t_\t_\t2\tdet:x\t_\t_\n2\tcat\t_\t_\t_\t_\t3\tnsubj\t_\t_\n3\tsat\t_\t_\t_\t_\t0\troot\t_\t_\n\n";
        string treebank = folder.Write("t.conllu", sentence + sentence + sentence + sentence);
        var (code, output, _) = await Shell.Attn("functions", "--model", folder.Root, "--conllu", treebank, "--fold-subtypes", "--held-out",
            "--summary", folder["s.csv"], "--out", folder["f.csv"]);
        Assert.Equal(0, code);
        Assert.Contains("held out", output);
        string[] lines = File.ReadAllLines(folder["f.csv"]), summary = File.ReadAllLines(folder["s.csv"]);
        Assert.EndsWith("p,p_holm,p_bh,ten_percent_absolute,ten_percent_relative,correct_a,count_a,correct_b,count_b", lines[0]);
        Assert.Equal(1 + 2 * 2 * 12, lines.Length);
        Assert.StartsWith("det,0,0,dep->head,", lines[1]); // folded
        Assert.All(lines, l => Assert.Equal(24, l.Split(',').Length));
        Assert.All(summary, l => Assert.Equal(42, l.Split(',').Length));
        Assert.Equal(["relation", "det", "nsubj"], summary.Select(l => l.Split(',')[0]));
    }

    [Fact]
    public async Task Kinds_of_tokens_probes_and_antecedents_have_a_row_each()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string sentence =
            "1\tthe\t_\tDET\t_\t_\t2\tdet\t_\t_\n2\tcat\t_\tNOUN\t_\t_\t3\tnsubj\t_\t_\n3\tsat\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n";
        string treebank = folder.Write("t.conllu", string.Concat(Enumerable.Repeat(sentence, 8)));
        Assert.Equal(0, (await Shell.Attn("token-types", "--model", folder.Root, "--conllu", treebank, "--position", folder["p.csv"],
            "--out", folder["t.csv"])).Code);
        string[] types = File.ReadAllLines(folder["t.csv"]), position = File.ReadAllLines(folder["p.csv"]);
        Assert.Equal("layer,head,group,type,share,ci_low,ci_high,uniform,ratio", types[0]);
        Assert.Equal(1 + 12 * (4 + 3 + 5 + 11), types.Length);
        // one sentence, eight times
        Assert.Contains(TableNotesFile.Read(folder["t.csv"]), n => n.Kind == NoteKind.Constant && n.Features.Contains("to NOUN"));
        Assert.Equal(13, position.Length);
        Assert.All(position.Skip(1).Select(l => l.Split(',').Skip(2).Take(3).Sum(double.Parse)), sum => Assert.Equal(1, sum, 1e-9));

        Assert.Equal(0, (await Shell.Attn("probe", "--model", folder.Root, "--conllu", treebank, "--epochs", "2", "--dimensions", "2",
            "--out", folder["probe.csv"])).Code);
        string[] probes = File.ReadAllLines(folder["probe.csv"]);
        Assert.Equal(["probe", "right-branching", "best offset", "distances", "attention of random weights", "attention",
            "distances + words", "attention of random weights + words", "attention + words"], probes.Select(l => l.Split(',')[0]));

        string documents = folder.Write("d.tsv",
            "document\twords\tmentions\n" + string.Concat(Enumerable.Range(0, 4)
                .Select(d => $"d{d}\tthe cat sat , a dog play\t0-1:c:nominal 4-5:d:nominal 6-6:c:pronoun\n")));
        var (code, output, _) = await Shell.Attn("coreference", "--model", folder.Root, "--documents", documents, "--out", folder["c.csv"]);
        Assert.Equal(0, code);
        Assert.Contains("4 anaphors in 4 documents", output);
        Assert.Equal(1 + 2 * 12, File.ReadAllLines(folder["c.csv"]).Length);
        Assert.Equal(1, (await Shell.Attn("coreference", "--model", folder.Root, "--documents", treebank, "--out", folder["c.csv"])).Code);
    }

    [Fact]
    public async Task A_treebank_gives_its_words_and_its_relations_are_scored()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string treebank = folder.Write("t.conllu",
            "1\tthe\t_\t_\t_\t_\t2\tdet\t_\t_\n2\tcat\t_\t_\t_\t_\t3\tnsubj\t_\t_\n3\tsat\t_\t_\t_\t_\t0\troot\t_\t_\n");
        Assert.Equal(0, (await Shell.Attn("maps", "--model", folder.Root, "--conllu", treebank, "--out", folder["maps.npz"])).Code);
        Assert.Equal(["[CLS]", "the", "cat", "sat", "[SEP]"],
            MapArchive.Open(folder["maps.npz"], folder["maps.tokens.jsonl"]).Texts[0].Tokens!);

        Assert.Equal(0, (await Shell.Attn("functions", "--model", folder.Root, "--conllu", treebank, "--out", folder["f.csv"])).Code);
        string[] lines = File.ReadAllLines(folder["f.csv"]);
        Assert.StartsWith("relation,layer,head,direction,correct,count,accuracy,ci_low,ci_high,baseline,offset,", lines[0]);
        Assert.Equal(1 + 2 * 2 * 12, lines.Length); // two relations, two directions, 3 × 4 heads
        Assert.Matches(@"^det,0,0,dep->head,[01],1,[01],[0-9.E-]+,[0-9.]+,1,1,", lines[1]);
    }

    [Fact]
    public async Task A_tab_parts_the_texts_of_a_pair_and_both_separators_count()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt", "the cat sat\ta dog\n");
        Assert.Equal(0, (await Shell.Attn("maps", "--model", folder.Root, "--text", texts, "--out", folder["maps.npz"])).Code);
        var pair = MapArchive.Open(folder["maps.npz"], folder["maps.tokens.jsonl"]);
        Assert.Equal(["[CLS]", "the", "cat", "sat", "[SEP]", "a", "dog", "[SEP]"], pair.Texts[0].Tokens!);
        var maps = pair.Maps(0);
        double onBoth = Enumerable.Range(0, 8).Sum(i => (double)maps[0, 0][i, 4] + maps[0, 0][i, 7]) / 8;
        Assert.Equal(onBoth, pair.Extract()[0, 0, "sep"], 1e-6);
    }

    [Fact]
    public async Task Maps_of_the_demo_model_agree_with_a_forward_pass_on_plain_arrays()
    {
        using var folder = new TestFolder();
        string demo = Repository.Path("data", "demo-bert"),
            texts = folder.Write("texts.txt", "She knew the answer, yet she said nothing.\nHe ran.\n");
        Assert.Equal(0, (await Shell.Attn("maps", "--model", demo, "--text", texts, "--out", folder["maps.npz"])).Code);
        var archive = MapArchive.Open(folder["maps.npz"], folder["maps.tokens.jsonl"]);
        var reference = ReferenceBert.Load(demo);
        string[] vocabulary = File.ReadAllLines(Path.Combine(demo, "vocab.txt"));
        for (int t = 0; t < archive.Texts.Count; t++)
        {
            var (maps, ids) = (archive.Maps(t), archive.Texts[t].Tokens!.Select(token => Array.IndexOf(vocabulary, token)).ToArray());
            var expected = reference.Run(ids).Attention;
            foreach (var head in archive.Grid.All())
                for (int i = 0; i < ids.Length; i++)
                    for (int j = 0; j < ids.Length; j++) Assert.Equal(expected[head.Layer][head.Index][i, j], maps[head][i, j], 1e-5);
        }
    }

    [Fact]
    public async Task Bad_input_is_one_line_on_stderr_and_exit_1()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt", "the cat sat\n"), weights = folder["model.safetensors"],
            heads = Repository.Path("data", "bert-base", "heads.csv");
        var uneven = Maps.Uniform(4);
        uneven[1, 1] = 2;

        await Fails("wrong", "features", "--model", folder["wrong"], "--text", texts, "--out", folder["x.csv"]);
        await Fails("sums to", "features", "--maps", MapArchiveTests.Save(folder, uneven), "--out", folder["x.csv"]);
        await Fails("more than the 144 heads", "cluster", "--heads", heads, "--k", "145", "--out", folder["x.csv"]);
        await Fails("Did you mean entropy?", "cluster", "--heads", heads, "--k", "3", "--features", "entrpy", "--out", folder["x.csv"]);
        await Fails("none.txt", "features", "--model", folder.Root, "--text", folder["none.txt"], "--out", folder["x.csv"]);
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);
        await Fails("model.safetensors", "features", "--model", folder.Root, "--text", texts, "--out", folder["x.csv"]);
        Assert.False(File.Exists(folder["x.csv"]));

        static async Task Fails(string naming, params string[] arguments)
        {
            var (code, output, error) = await Shell.Attn(arguments);
            Assert.Equal(1, code);
            Assert.Empty(output);
            Assert.Contains(naming, error);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }
    }

    [Theory]
    [InlineData("features"), InlineData("features", "--out", "x.csv"), InlineData("features", "--maps", "a", "--model", "b", "--out", "x"),
        InlineData("features", "--model", "b", "--out", "x"),
     InlineData("cluster", "--heads", "h.csv", "--k", "many", "--out", "x"),
         InlineData("cluster", "--heads", "h.csv", "--algorithm", "magic", "--out", "x"),
     InlineData("features", "--maps", "a", "--limit", "0", "--out", "x"), InlineData("nonsense")]
    public async Task Wrong_usage_is_exit_2(params string[] arguments)
    {
        var (code, output, error) = await Shell.Attn(arguments);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("attn: ", error);
    }

    [Fact]
    public async Task Shards_of_a_model_merge_to_its_table_byte_for_byte()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt",
            string.Concat(Enumerable.Range(0, 300).Select(i => string.Concat(Enumerable.Repeat("the cat ", 1 + i % 6)) + "sat\n")));
        string[] command = ["features", "--model", folder.Root, "--text", texts];
        Assert.Equal(0, (await Shell.Attn([.. command, "--out", folder["whole.csv"]])).Code);
        for (int shard = 0; shard < 2; shard++)
            Assert.Equal(0, (await Shell.Attn([.. command, "--shard", $"{shard}/2", "--out", folder[$"{shard}.sums"]])).Code);
        Assert.Equal(0, (await Shell.Attn("merge", folder["1.sums"], folder["0.sums"], "--out", folder["merged.csv"])).Code);
        Assert.Equal(File.ReadAllText(folder["whole.csv"]), File.ReadAllText(folder["merged.csv"]));
    }

    [Theory]
    [InlineData("bf16", 0.05), InlineData("fp16", 0.005)]
    public async Task Other_precisions_are_near_fp32(string precision, double bound)
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt", "the cat sat\na dog playing\n");
        foreach (string p in new[] { "fp32", precision })
            Assert.Equal(0, (await Shell.Attn("features", "--model", folder.Root, "--text", texts, "--precision", p, "--out",
                folder[$"{p}.csv"])).Code);
        var (exact, other) = (HeadTable.Read(folder["fp32.csv"]), HeadTable.Read(folder[$"{precision}.csv"]));
        foreach (string f in exact.Features) Assert.All(exact.Column(f).Zip(other.Column(f)), v => Assert.Equal(v.First, v.Second, bound));
        Assert.NotEqual(exact.ToCsv(), other.ToCsv());
    }

    [Fact]
    public async Task Features_by_family_into_every_format_and_shards_of_all_of_them()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string treebank = folder.Write("t.conllu",
            string.Concat(
                Enumerable.Repeat(
                    "1\tthe\t_\tDET\t_\t_\t2\tdet\t_\t_\n2\tcat\t_\tNOUN\t_\t_\t3\tnsubj\t_\t_\n"
                        + "3\tplaying\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n1\tsat\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n", 700)));
        string[] command = ["features", "--model", folder.Root, "--conllu", treebank, "--features",
            "distance,tokens,values,layers,best_offset,entropy"];
        foreach (string format in HeadTableFile.Endings)
            Assert.Equal(0, (await Shell.Attn([.. command, "--out", folder["all" + format]])).Code);
        var all = HeadTable.Read(folder["all.csv"]);
        Assert.Contains("content_words", all.Features);
        Assert.Contains("norm_distance", all.Features);
        foreach (string format in HeadTableFile.Endings) Assert.Equal(all.ToCsv(), HeadTable.Read(folder["all" + format]).ToCsv());
        for (int shard = 0; shard < 3; shard++)
            Assert.Equal(0, (await Shell.Attn([.. command, "--shard", $"{shard}/3", "--out", folder[$"{shard}.sums"]])).Code);
        Assert.Equal(0, (await Shell.Attn("merge", folder["1.sums"], folder["0.sums"], folder["2.sums"], "--out",
            folder["merged.npz"])).Code);
        Assert.Equal(all.ToCsv(), HeadTable.Read(folder["merged.npz"]).ToCsv());
    }

    [Fact]
    public async Task Tags_are_saved_with_maps_and_come_back()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string treebank = folder.Write("t.conllu", "1\tthe\t_\tDET\t_\t_\t2\tdet\t_\t_\n2\tplaying\t_\tNOUN\t_\t_\t0\troot\t_\t_\n");
        Assert.Equal(0, (await Shell.Attn("maps", "--model", folder.Root, "--conllu", treebank, "--out", folder["maps.npz"])).Code);
        Assert.Equal([null, "DET", "NOUN", "NOUN", null], MapArchive.Open(folder["maps.npz"], folder["maps.tokens.jsonl"]).Texts[0].Tags!);
        string[] chosen = ["--features", "content_words,function_words", "--out"];
        Assert.Equal(0, (await Shell.Attn(["features", "--model", folder.Root, "--conllu", treebank, .. chosen, folder["live.csv"]])).Code);
        Assert.Equal(0,
            (await Shell.Attn(["features", "--maps", folder["maps.npz"], "--tokens", folder["maps.tokens.jsonl"], .. chosen,
                folder["saved.csv"]])).Code);
        var (live, saved) = (HeadTable.Read(folder["live.csv"]), HeadTable.Read(folder["saved.csv"]));
        foreach (string f in live.Features) Assert.All(live.Column(f).Zip(saved.Column(f)), v => Assert.Equal(v.First, v.Second, 1e-5));
        File.WriteAllText(folder["bad.jsonl"], "{\"id\": \"000000\", \"tokens\": null, \"tags\": [\"DET\"]}\n");
        Assert.Contains("has 1 tags for a map of 5",
            Assert.Throws<InputException>(() => MapArchive.Open(folder["maps.npz"], folder["bad.jsonl"])).Message);
    }

    [Fact]
    public async Task Intervals_and_reliability()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt", "the cat sat\na dog playing\nthe dog\na cat, a dog\n");
        var (code, output, _) = await Shell.Attn("features", "--model", folder.Root, "--text", texts, "--features",
            "mean_distance,best_offset", "--intervals", folder["i.csv"], "--out", folder["h.csv"]);
        Assert.Equal(0, code);
        Assert.Contains("split-half reliability", output);
        string[] lines = File.ReadAllLines(folder["i.csv"]);
        Assert.Equal("feature,layer,head,mean,low,high", lines[0]);
        Assert.Equal(1 + 2 * 12, lines.Length);
        Assert.All(lines.Skip(1).Select(l => l.Split(',').Skip(3)
            .Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ToArray()).Take(12),
            v => Assert.True(v[1] <= v[0] && v[0] <= v[2]));
        Assert.Equal(2, (await Shell.Attn("features", "--model", folder.Root, "--text", texts, "--intervals", "i.csv", "--shard", "0/2",
            "--out", "x")).Code);
    }

    [Fact]
    public async Task Distances_in_shards_and_smoothed()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        string texts = folder.Write("texts.txt",
            string.Concat(Enumerable.Range(0, 400).Select(i => string.Concat(Enumerable.Repeat("the cat ", 1 + i % 6)) + "sat\n")));
        string[] command = ["distances", "--model", folder.Root, "--text", texts, "--metric", "js", "--smoothing", "0.001"];
        Assert.Equal(0, (await Shell.Attn([.. command, "--out", folder["whole.npz"]])).Code);
        for (int shard = 0; shard < 2; shard++)
            Assert.Equal(0, (await Shell.Attn([.. command, "--shard", $"{shard}/2", "--out", folder[$"{shard}.sums"]])).Code);
        Assert.Equal(0, (await Shell.Attn("merge", folder["1.sums"], folder["0.sums"], "--out", folder["merged.npz"])).Code);
        Assert.Equal(File.ReadAllBytes(folder["whole.npz"]), File.ReadAllBytes(folder["merged.npz"]));
        Assert.Equal(2, (await Shell.Attn("distances", "--model", folder.Root, "--text", texts, "--metric", "w1", "--smoothing", "0.001",
            "--out", "x")).Code);
        Assert.Equal(2, (await Shell.Attn("distances", "--model", folder.Root, "--text", texts, "--metric", "js", "--smoothing", "2",
            "--out", "x")).Code);
    }

    [Fact]
    public async Task Doctor_says_what_works()
    {
        var (code, output, _) = await Shell.Attn("doctor");
        Assert.Equal(0, code);
        Assert.Contains("loads and computes", output);
        Assert.Matches("(?m)^Unicode +letters lose their accents", output);
        Assert.Matches("(?m)^demo model +demo-bert: 12 × 12 heads, loads", output);
    }

    [Fact]
    public async Task Doctor_fails_where_the_model_that_it_was_given_does_not_load()
    {
        using var folder = new TestFolder();
        var (code, output, _) = await Shell.Attn("doctor", "--model", folder["nonexistent"]);
        Assert.Equal(1, code);
        Assert.Matches("(?m)^model +FAILED: .*nonexistent", output);
        string demo = Repository.Path("data", "demo-bert");
        (code, output, _) = await Shell.Attn("doctor", "--model", demo);
        Assert.Equal(0, code);
        Assert.Matches("(?m)^model +demo-bert: 12 × 12 heads, loads", output);
    }
}
