using System.Globalization;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn profile</c>: columns of head tables by layer.</summary>
public sealed class ProfileVerbTests : IDisposable
{
    private static readonly string Heads = Repository.Path("data", "bert-base", "heads.csv"),
        Texts = Repository.Path("data", "bert-base", "texts.npz"), MiniLm = Repository.Path("data", "minilm", "heads.csv");
    private readonly TestFolder folder = new();

    [Fact]
    public async Task A_table_gives_a_row_per_feature_and_layer_without_intervals()
    {
        string output = await Done(Heads, "--features", "mean_distance,entropy");
        Assert.Contains("2 features by layer of ", output);
        Assert.Contains("lowest layer: mean ± SD of heads", output);
        var rows = Rows();
        Assert.Equal(24, rows.Length);
        var table = HeadTable.Read(Heads);
        for (int l = 0; l < 12; l++)
        {
            Assert.Equal((("mean_distance", $"{l}"), ("", "", "12", "")), ((rows[l][1], rows[l][3]), (rows[l][7], rows[l][8], rows[l][11],
                rows[l][12])));
            Assert.Equal(Enumerable.Range(0, 12).Average(h => table[l, h, "mean_distance"]), Number(rows[l][5]), 1e-12);
        }
    }

    [Fact]
    public async Task Values_per_text_give_intervals_round_the_means_and_the_page_has_the_chart()
    {
        string output = await Done(Texts, "--features", "mean_distance", "--chart", folder["p.html"]);
        Assert.Contains("95 % over 97 texts", output);
        Assert.All(Rows(), r => Assert.True(Number(r[7]) < Number(r[5]) && Number(r[5]) < Number(r[8]) && r[12] == "97"));
        string page = File.ReadAllText(folder["p.html"]);
        Assert.Contains("95 % interval of the mean over 97 texts", page);
        Assert.Contains("mean_distance (tokens)", page);
    }

    [Fact]
    public async Task Tables_of_several_models_are_compared_in_what_all_of_them_have()
    {
        string output = await Done(Heads, MiniLm);
        Assert.Contains("all-MiniLM-L6-v2 (6 × 12 heads)", output);
        string[] shared = [.. HeadTable.Read(Heads).Features.Intersect(HeadTable.Read(MiniLm).Features)];
        Assert.Equal(shared.Length * (12 + 6), Rows().Length);
        // Of one model, the files tell the tables apart.
        string copy = folder["copy.csv"];
        HeadTable.Read(Heads).Write(copy);
        Assert.Contains($"{copy} (12 × 12 heads)", await Done(Heads, copy, "--features", "entropy"));
    }

    [Fact]
    public async Task What_is_wrong_is_said_and_nothing_is_written()
    {
        await Fails($"{MiniLm}: has no column gini. It has mean_distance", MiniLm, "--features", "gini");
        await Fails("\"sep\": is named twice", Heads, "--features", "sep,sep");
        await Fails("is named twice. Name each table once", Heads, Heads);
        await Fails("--chart: cannot be drawn: 15 features are too many for one chart: at most 6", Texts, "--chart", folder["p.html"]);
        await Fails("have no column in common", Heads, folder.Write("own.csv", "layer,head,own\n0,0,1\n0,1,2\n"));
        string own = folder.Write("heads.csv", File.ReadAllText(Heads));
        var (code, _, error) = await Shell.Attn("profile", own, "--out", own);
        Assert.Equal(1, code);
        Assert.Contains("is also one of the tables", error);
        Assert.Equal(File.ReadAllText(Heads), File.ReadAllText(own));
    }

    public void Dispose() => folder.Dispose();

    private async Task<string> Done(params string[] arguments)
    {
        var (code, output, error) = await Shell.Attn(["profile", .. arguments, "--out", folder["p.csv"]]);
        Assert.True(code == 0, error);
        return output;
    }

    private async Task Fails(string expected, params string[] arguments)
    {
        var (code, _, error) = await Shell.Attn(["profile", .. arguments, "--out", folder["none.csv"]]);
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.False(File.Exists(folder["none.csv"]));
    }

    private string[][] Rows() => [.. File.ReadAllLines(folder["p.csv"]).Skip(1).Select(l => l.Split(','))];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
