using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn compare</c>: models, tables and archives side by side.</summary>
public sealed class CompareVerbTests : IDisposable
{
    private static readonly string Heads = Repository.Path("data", "bert-base", "heads.csv");
    private readonly TestFolder folder = new();

    [Fact]
    public async Task Two_tables_give_a_report_on_the_console()
    {
        string tweets = Repository.Path("data", "bert-base", "heads.tweets.csv");
        var (code, output, error) = await Shell.Attn("compare", Heads, tweets, "--draws", "19");
        Assert.True(code == 0, error);
        Assert.Contains("## Matched heads", output);
        Assert.Contains("| cluster | next-token | 6 | 6 | both |", output);
        Assert.DoesNotContain("## Maps", output);
        Assert.Contains("features standardised over both models together.", output);
        Assert.Contains("carried over are scaled by the mean and spread of the model that the centres come from.", output);
        string rescaled = await Done("compare", Heads, tweets, "--draws", "19", "--rescale");
        Assert.Contains("features standardised in each model by itself.", rescaled);
        Assert.Contains("carried over are scaled by the mean and spread of their own model.", rescaled);
    }

    [Fact]
    public async Task A_model_its_maps_its_table_and_its_values_per_text_are_the_same_model()
    {
        string model = Model(), texts = Texts(), maps = folder["maps.npz"], table = folder["heads.npz"], values = folder["values.npz"];
        await Done("maps", "--model", model, "--text", texts, "--out", maps);
        await Done("features", "--model", model, "--text", texts, "--out", table);
        await Done("text-features", "--model", model, "--text", texts, "--out", values);
        foreach (string other in new[] { maps, table, values })
        {
            string page = await Done("compare", model, other, "--text", texts, "--draws", "19", "--k", "2", "--out", folder["page.md"]);
            Assert.Contains("3 × 4 heads", page);
            Assert.Contains("12 of 12 partners have the same number", File.ReadAllText(folder["page.md"]));
        }
        await Done("compare", model, maps, "--text", texts, "--draws", "19", "--k", "2", "--changes", folder["c.csv"]);
        Assert.Equal(13, File.ReadAllLines(folder["c.csv"]).Length);
        Assert.All(File.ReadAllLines(folder["c.csv"]).Skip(1), l => Assert.Equal(1, double.Parse(l.Split(',')[2],
            System.Globalization.CultureInfo.InvariantCulture), 1e-6));
    }

    [Fact]
    public async Task Features_are_named_or_those_that_both_have()
    {
        string page = await Done("compare", Heads, Model(), "--text", Texts(), "--draws", "19", "--features", "cls,sep,entropy",
            "--k", "3");
        Assert.Contains("Compared on 3 features: cls, sep, entropy", page);
        await Fails("feature \"gini\": does not exist", "compare", Heads, Model(), "--text", Texts(), "--features", "gini");
        await Fails("\"sep\": is named twice", "compare", Heads, Heads, "--features", "sep,sep");
    }

    [Fact]
    public async Task Families_give_what_both_have_of_them()
    {
        string small = folder.Write("small.csv", string.Join('\n', File.ReadAllLines(Heads).Select(l => string.Join(',', l.Split(',')
            .Take(4).Concat(l.Split(',').Skip(6).Take(2))))) + "\n"); // without, among others, the standard deviation of the distance
        string[] compare = ["compare", Heads, small, "--draws", "19", "--k", "2", "--features"];
        Assert.Contains("Compared on 2 features: mean_distance, mean_offset.", await Done([.. compare, "distance"]));
        Assert.Contains("Compared on 2 features: entropy, max_weight.", await Done([.. compare, "concentration"]));
        Assert.Contains("Compared on 3 features: entropy, mean_distance, mean_offset.", await Done([.. compare, "entropy,distance"]));
        Assert.Contains("Compared on 4 features: mean_distance, mean_offset,", await Done([.. compare, "all"]));
        Assert.Contains("Compared on 2 features: mean_distance, mean_offset.",
            await Done("compare", Model(), small, "--text", Texts(), "--draws", "19", "--k", "2", "--features", "distance"));
        await Fails("\"values\": are not in both", [.. compare, "values"]);
    }

    [Fact]
    public async Task A_feature_without_spread_is_refused_with_a_remedy_that_this_verb_has()
    {
        string flat = folder.Write("flat.csv", string.Join('\n', File.ReadAllLines(Heads).Select((l, i) => i == 0 ? l
            : string.Join(',', [.. l.Split(',').Take(2), "1.5", .. l.Split(',').Skip(3)]))) + "\n");
        await Fails("\"mean_distance\": has the same value for every head of flat.csv. Compare without it", "compare", Heads, flat);
    }

    [Fact]
    public async Task Errors_name_what_is_missing()
    {
        string model = Model();
        await Fails("none.csv: cannot be opened", "compare", folder["none.csv"], Heads);
        await Fails("none.npz: cannot be opened", "compare", Heads, folder["none.npz"]);
        await Fails("none: is no folder", "compare", Heads, folder["none"], "--text", Texts());
        await Fails("there are no texts for it", "compare", Heads, model);
        await Fails("no maps of the same heads", "compare", Heads, Heads, "--draws", "19", "--changes", folder["c.csv"], "--out",
            folder["p.md"]);
        Assert.False(File.Exists(folder["p.md"]));
        // Before the texts are read, so before it is seen that there is no such feature.
        BertFixtures.RandomCheckpoint(folder.Root, BertFixtures.Config(layers: 2), name: "shallow").Dispose();
        foreach (string other in new[] { Heads, folder["shallow"] })
            await Fails("no maps of the same heads", "compare", model, other, "--text", Texts(), "--features", "none", "--changes",
                folder["c.csv"]);
        Assert.Contains("The texts are the same.",
            await Done("compare", model, folder["shallow"], "--text", Texts(), "--draws", "19", "--k", "2"));
        await Fails("is also the file of A", "compare", Copy(), Heads, "--matches", folder["copy.csv"]);
        Assert.Equal(2, (await Shell.Attn("compare", Heads, Heads, "--draws", "5")).Code);
        Assert.Equal(2, (await Shell.Attn("compare", Heads)).Code);
        string texts = Texts(), few = folder.Write("few.txt", "played dog\ncat sat");
        await Done("maps", "--model", model, "--text", texts, "--out", folder["maps.npz"]);
        await Fails("few.txt: is for models, and neither", "compare", Heads, Heads, "--text", few);
        await Fails("--limit 5: is for models and saved maps, and neither", "compare", Heads, Heads, "--limit", "5");
        await Fails("--max-length 5: is for models, and neither", "compare", Heads, folder["maps.npz"], "--max-length", "5");
        Assert.Contains("maps.npz, 3 × 4 heads on 5 texts", await Done("compare", folder["maps.npz"], Heads, "--limit", "5", "--draws",
            "19", "--k", "2"));
        // Other texts are an error only where maps are to be compared.
        Assert.Contains("are cut into, differ",
            await Done("compare", model, folder["maps.npz"], "--text", few, "--draws", "19", "--k", "2"));
        // Without tokens nobody knows; only of another number of texts are they surely others.
        File.Copy(folder["maps.npz"], folder["bare.npz"]);
        string[] bare = ["compare", model, folder["bare.npz"], "--draws", "19", "--k", "2", "--text"];
        Assert.Contains("Whether the texts are the same is not known.", await Done([.. bare, texts]));
        Assert.Contains("are cut into, differ", await Done([.. bare, few]));
        string page = await Done("compare", folder["bare.npz"], folder["bare.npz"], "--draws", "19", "--k", "2");
        Assert.Contains("Whether the texts are the same is not known.", page);
        Assert.Contains("only names and lengths of the texts were compared", page);
        await Fails("maps.npz: has 30 texts, and model has 2", "compare", model, folder["maps.npz"], "--text", few, "--changes",
            folder["c.csv"]);
    }

    public void Dispose() => folder.Dispose();

    private string Copy()
    {
        File.Copy(Heads, folder["copy.csv"]);
        return folder["copy.csv"];
    }

    private string Model()
    {
        if (!Directory.Exists(folder["model"])) BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        return folder["model"];
    }

    private string Texts()
    {
        var random = new Random(5);
        return folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, 30)
            .Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(3, 10))
                .Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)])))));
    }

    private static async Task<string> Done(params string[] arguments)
    {
        var (code, output, error) = await Shell.Attn(arguments);
        Assert.True(code == 0, error);
        return output;
    }

    private static async Task Fails(string naming, params string[] arguments)
    {
        var (code, _, error) = await Shell.Attn(arguments);
        Assert.Equal(1, code);
        Assert.Contains(naming, error);
    }
}
