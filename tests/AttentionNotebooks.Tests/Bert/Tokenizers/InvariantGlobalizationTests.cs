using System.Text;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Small containers run .NET without ICU: there a letter must not keep its accent in silence.</summary>
public class InvariantGlobalizationTests
{
    [Fact]
    public async Task Accents_are_refused_with_a_remedy_and_plain_English_works()
    {
        using var folder = new TestFolder();
        string model = Repository.Path("data", "demo-bert");
        string accents = folder.Write("accents.txt", "The dog saw the café.\n"),
            plain = folder.Write("plain.txt", "“The DOG” – saw it…\n");

        var (code, error) = await Attn("features", "--model", model, "--text", accents, "--out", folder["accents.csv"]);
        Assert.Equal(1, code);
        Assert.Contains("globalization-invariant mode, in which it cannot take accents off letters, as \"é\" needs. Unset "
            + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["accents.csv"]));

        (code, error) = await Attn("features", "--model", model, "--text", plain, "--out", folder["plain.csv"]);
        Assert.True(code == 0, error);
        (code, _, error) = await CommandLine.Shell.Attn("features", "--model", model, "--text", plain, "--out", folder["here.csv"]);
        Assert.True(code == 0, error);
        Assert.Equal(File.ReadAllText(folder["here.csv"]), File.ReadAllText(folder["plain.csv"]));

        (code, string said) = await Attn("doctor");
        Assert.Equal(0, code);
        Assert.Matches("(?m)^Unicode +no: .*globalization-invariant mode.* Unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", said);
    }

    [Fact]
    public void What_is_let_through_without_ICU_is_what_decomposing_leaves_alone()
    {
        Assert.True(UnicodeForms.Work);
        for (int c = 0; c < 0x10000; c++)
            if (UnicodeForms.StaysAsItIs((char)c)) Assert.Equal($"{(char)c}", $"{(char)c}".Normalize(NormalizationForm.FormD));
        Assert.Equal("e\u0301", UnicodeForms.Decomposed("é"));
    }

    private static Task<(int Code, string Said)> Attn(params string[] arguments) =>
        CommandLine.Shell.AttnApart(start => start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", arguments);
}
