using AttentionNotebooks.Cli;
using AttentionNotebooks.Tests.Functions;
using AttentionNotebooks.Tests.Training;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn ablate</c> and <c>attn importance</c>: the files of the contract, and one clear line when something is wrong.</summary>
[Collection(TrainingCollection.Name)] // several passes at once, each on one thread
public class AblateTests
{
    private const string Clusters =
        "layer,head,cluster,name\n0,0,0,broad\n0,1,0,broad\n0,2,1,\"next\", and "
        + "more\n0,3,0,broad\n1,0,0,broad\n1,1,0,broad\n1,2,1,\"next\", and "
        + "more\n1,3,0,broad\n2,0,0,broad\n2,1,0,broad\n2,2,0,broad\n2,3,0,broad\n";

    [Fact]
    public async Task A_row_per_head_with_the_planted_one_far_above_the_others()
    {
        using var folder = Planted();
        var (code, output, error) = await Run(folder, "ablate", "--mode", "zero");
        Assert.True(code == 0, error);
        string[][] rows = Rows(folder);
        Assert.Equal(AblationCsv.Header.Split(','), rows[0]);
        Assert.Equal(13, rows.Length);
        int change = Array.IndexOf(rows[0], "change"), p = Array.IndexOf(rows[0], "p"), draws = Array.IndexOf(rows[0], "random_groups");
        var ranked = rows.Skip(1).OrderByDescending(r => Number(r[change])).ToArray();
        Assert.Equal(["1-2", "1", "2", "zero", "5"], ranked[0][..5]);
        Assert.True(Number(ranked[0][change]) > 3 * Number(ranked[1][change]));
        Assert.All(rows.Skip(1), r => Assert.Equal("40", r[draws]));
        Assert.All(rows.Skip(1), r => Assert.InRange(Number(r[p]), 1.0 / 41, 1));
        Assert.Contains("Nothing could be found here: no group has more than 3 others of its make", output);
        Assert.Equal(rows[1][5], rows[2][5]); // one model before
        Assert.Contains("12 groups, zero; masked words, 5 items", output);
    }

    [Theory]
    [InlineData("ablate", "--task")]
    [InlineData("ablate", "--mode")]
    [InlineData("importance", "--task")]
    [InlineData("calibrate", "--task")]
    [InlineData("calibrate", "--tying")]
    public async Task A_value_that_an_option_does_not_have_is_wrong_usage_and_no_crash(string verb, string option)
    {
        using var error = new StringWriter();
        Assert.Equal(2, await Cli.Attn.Run([verb, "--model", "m", "--text", "t", "--clusters", "c", "--out", "o", option, "poetry"],
            new StringWriter(), error, TestContext.Current.CancellationToken));
        Assert.Contains("poetry", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uniform"), InlineData("zero"), InlineData("mean")]
    public async Task Clusters_are_taken_out_or_kept_alone_and_a_name_with_a_comma_is_quoted(string mode)
    {
        using var folder = Planted();
        Assert.Equal(0, (await Run(folder, "ablate", "--clusters", folder.Write("c.csv", Clusters), "--mode", mode)).Code);
        var lines = File.ReadAllLines(folder["out.csv"]);
        Assert.StartsWith($"0 broad,,,{mode},5,", lines[1]);
        Assert.StartsWith("\"1 \"\"next\"\", and more\",,,", lines[2]);
        Assert.EndsWith(",2,false", lines[2]);
        Assert.Equal(0, (await Run(folder, "ablate", "--clusters", folder["c.csv"], "--mode", mode, "--only", "--groups", "1", "--by",
            "cluster")).Code);
        lines = File.ReadAllLines(folder["out.csv"]);
        Assert.Equal(2, lines.Length);
        Assert.EndsWith(",2,true", lines[1]);
        Assert.InRange(Number(lines[1].Split(',')[8]), -0.5, 0.5); // alone it does all that the model does
    }

    [Fact]
    public async Task Layers_are_compared_with_groups_of_their_size()
    {
        using var folder = Planted();
        Assert.Equal(0, (await Run(folder, "ablate", "--by", "layer", "--groups", "layer 1", "--random-groups", "9")).Code);
        var rows = Rows(folder);
        Assert.Equal(["layer 1", "1", "", "uniform"], rows[1][..4]);
        Assert.Equal("9", rows[1][Array.IndexOf(rows[0], "random_groups")]);
        Assert.Equal(0, (await Run(folder, "ablate", "--by", "layer", "--random-groups", "0")).Code);
        Assert.Equal("0,,,,,,", string.Join(',', Rows(folder)[1][15..22]));
    }

    [Fact]
    public async Task The_number_of_verbs_can_be_asked()
    {
        using var folder = Planted();
        string items =
            folder.Write("i.tsv",
                "id\tsentence\tright\twrong\tattractors\na\tthe cat [MASK]\tcat\tdog\t0\nb\tthe dog [MASK]\tdog\tcat\t0\nc\tthe dog "
                    + "[MASK]\tplays\tcat\t0\n");
        var (code, output, error) = await Shell.Attn("ablate", "--model", folder["model"], "--task", "agreement", "--items", items,
            "--mode", "zero", "--groups", "1-2,0-0", "--out", folder["out.csv"]);
        Assert.Equal(0, code);
        Assert.Contains("1 of 3 items", error);
        Assert.Contains("verb number, 2 items; before: loss 0.0", output);
        Assert.True(Number(Rows(folder)[1][7]) > 0.3); // to ln 2: knowing nothing
    }

    [Fact]
    public async Task Texts_that_were_cut_are_counted()
    {
        using var folder = Planted();
        string text = folder.Write("long.txt", string.Join(' ', Enumerable.Repeat("cat", 30)) + "\nthe the\n");
        var (code, _, error) = await Run(folder, "importance", "--text", text);
        Assert.Equal(0, code);
        Assert.Contains("1 of 2 texts were longer than 16 tokens", error);
    }

    [Fact]
    public async Task The_same_command_writes_the_same_bytes()
    {
        using var folder = Planted();
        var written = new List<string>();
        foreach (string seed in new[] { "3", "3", "4" })
        {
            await Run(folder, "ablate", "--clusters", folder.Write("c.csv", Clusters), "--seed", seed);
            written.Add(File.ReadAllText(folder["out.csv"]));
            await Run(folder, "importance", "--seed", seed, "--agreement", folder["agreement.csv"]);
            written.Add(File.ReadAllText(folder["out.csv"]) + File.ReadAllText(folder["agreement.csv"]));
        }
        Assert.Equal(written[..2], written[2..4]);
        Assert.NotEqual(written[0], written[4]);
        Assert.NotEqual(written[1], written[5]);
    }

    [Fact]
    public async Task Importance_is_a_head_table_and_agreement_a_row_per_pair()
    {
        using var folder = Planted();
        var (code, output, error) = await Run(folder, "importance", "--agreement", folder["agreement.csv"]);
        Assert.True(code == 0, error);
        var table = HeadTable.Read(folder["out.csv"]);
        foreach (string column in new[] { "gradient", "gradient_normalised", "attention_gradient", "attention_gradient_sep", "norm_mass",
            "norm_sep", "attention_sep", "rollout_distance" }) Assert.Contains(column, table.Features);
        Assert.Equal(PlantedBert.Planted, table.Highest("gradient", 1)[0].Head);
        string[] lines = File.ReadAllLines(folder["agreement.csv"]);
        Assert.Equal("first,second,spearman,heads_low,heads_high,texts_low,texts_high", lines[0]);
        Assert.Equal(1 + 15, lines.Length); // six measures
        Assert.Contains("ablation (zero)", output);
    }

    [Fact]
    public async Task Bad_input_is_one_line_and_leaves_no_file()
    {
        using var folder = Planted();
        async Task Fails(string naming, params string[] more)
        {
            var (code, output, error) = await Run(folder, "ablate", more);
            Assert.Equal(1, code);
            Assert.Empty(output);
            Assert.Contains(naming, error);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
            Assert.False(File.Exists(folder["out.csv"]));
        }
        await Fails("11 of the 12 heads", "--clusters", folder.Write("c.csv", Clusters.Replace("2,3,0,broad\n", "")));
        await Fails("outside the 3 × 4", "--clusters", folder.Write("c.csv", Clusters + "3,0,0,broad\n"));
        Provenance.Of(new ModelOrigin("minilm", new string('b', 64), "Float32")).Write(folder.Write("other.csv", Clusters));
        await Fails("other.csv: is of 3 × 4 heads of model minilm (bbbbbbbb), model is of model model (", "--clusters",
            folder["other.csv"]);
        await Fails("group \"layer 7\"", "--by", "layer", "--groups", "layer 7");
        await Fails("none.csv", "--clusters", folder["none.csv"]);
        await Fails("two items", "--text", folder.Write("one.txt", "the cat\n"));
        await Fails("none.txt", "--mode", "mean", "--reference", folder["none.txt"]);
    }

    [Theory]
    [InlineData("ablate", "--model", "m", "--out", "x"),
        InlineData("ablate", "--model", "m", "--text", "t", "--by", "cluster", "--out", "x"),
            InlineData("ablate", "--model", "m", "--text", "t", "--by", "word", "--out", "x"),
     InlineData("ablate", "--model", "m", "--text", "t", "--by", "head", "--clusters", "c", "--out", "x"),
         InlineData("ablate", "--model", "m", "--text", "t", "--mode", "half", "--out", "x"),
     InlineData("ablate", "--model", "m", "--task", "agreement", "--out", "x"),
         InlineData("ablate", "--model", "m", "--task", "agreement", "--items", "i", "--mode", "mean", "--out", "x"),
     InlineData("ablate", "--model", "m", "--text", "t", "--random-groups", "-1", "--out", "x"),
         InlineData("ablate", "--model", "m", "--text", "t", "--limit", "1", "--out", "x"),
             InlineData("importance", "--model", "m", "--text", "t")]
    public async Task Wrong_usage_is_exit_2(params string[] arguments) => Assert.Equal(2, (await Shell.Attn(arguments)).Code);

    private static TestFolder Planted()
    {
        var folder = new TestFolder();
        PlantedBert.Create(folder["model"]).Dispose();
        // Words twice over: a hidden second one can be told from the one before it.
        folder.Write("texts.txt", "the the cat cat\ndog dog sat sat a a\nplay play the the\na a dog dog cat cat\nsat sat cat cat\n");
        return folder;
    }

    private static Task<(int Code, string Output, string Error)> Run(TestFolder folder, string verb, params string[] more)
    {
        string[] text = more.Contains("--text") ? [] : ["--text", folder["texts.txt"]];
        return Shell.Attn([verb, "--model", folder["model"], .. text, "--out", folder["out.csv"], .. more]);
    }

    private static string[][] Rows(TestFolder folder) => [.. File.ReadAllLines(folder["out.csv"]).Select(l => l.Split(','))];

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
