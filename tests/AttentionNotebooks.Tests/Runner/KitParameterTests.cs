namespace AttentionNotebooks.Tests.Runner;

/// <summary>The parameters of a notebook as its cells read them: environment variables of the process, hence alone.</summary>
[Collection(NotebookCollection.Name)]
public sealed class KitParameterTests : IDisposable
{
    private const string Name = "attn_test_parameter";

    private readonly NotebookBench bench = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Name, null);
        bench.Dispose();
    }

    private static void Given(string? value) => Environment.SetEnvironmentVariable(Name, value);

    private static string Refused(string value, Func<object> read)
    {
        Given(value);
        return Assert.Throws<InputException>(read).Message;
    }

    [Fact]
    public void What_nobody_sets_has_its_standard_value()
    {
        Given(null);
        Assert.Equal(4, Kit.Parameter(Name, 4));
        Assert.Equal(0.5, Kit.Parameter(Name, 0.5));
        Assert.Equal("a", Kit.Parameter(Name, "a"));
        Assert.True(Kit.Parameter(Name, true));
        Assert.Equal(bench.Folder, Kit.PathParameter(Name, bench.Folder));
    }

    [Fact]
    public void What_is_set_is_read_as_the_type_of_the_standard_value_whatever_the_culture()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new("de-DE");
            Given("-3");
            Assert.Equal(-3, Kit.Parameter(Name, 4));
            Given("2.5e-1");
            Assert.Equal(0.25, Kit.Parameter(Name, 1.0));
            Given("False");
            Assert.False(Kit.Parameter(Name, true));
            Given("");
            Assert.Equal("", Kit.Parameter(Name, "a"));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData("many", "parameter attn_test_parameter: cannot be \"many\". Give a whole number from 2 to 20.")]
    [InlineData("1.5", "parameter attn_test_parameter: cannot be \"1.5\". Give a whole number from 2 to 20.")]
    [InlineData("21", "parameter attn_test_parameter: cannot be \"21\". Give a whole number from 2 to 20.")]
    [InlineData("1", "parameter attn_test_parameter: cannot be \"1\". Give a whole number from 2 to 20.")]
    [InlineData("", "parameter attn_test_parameter: cannot be \"\". Give a whole number from 2 to 20.")]
    public void A_whole_number_that_is_none_or_out_of_range_is_refused_with_what_is_allowed(string value, string message) =>
        Assert.Equal(message, Refused(value, () => Kit.Parameter(Name, 4, least: 2, most: 20)));

    [Fact]
    public void Other_values_that_are_not_allowed_are_refused_with_those_that_are()
    {
        Assert.Contains("Give one of 2, 4.", Refused("3", () => Kit.Parameter(Name, 4, [2, 4])));
        Assert.Contains("Give a number of at least 0.", Refused("-0.1", () => Kit.Parameter(Name, 1.0, least: 0)));
        Assert.Contains("Give a number of at most 1.5.", Refused("2", () => Kit.Parameter(Name, 1.0, most: 1.5)));
        Assert.Contains("Give a number.", Refused("NaN", () => Kit.Parameter(Name, 1.0)));
        string[] precisions = ["float32", "bfloat16"];
        Assert.Contains("Give one of float32, bfloat16.", Refused("float64", () => Kit.Parameter(Name, "float32", precisions)));
        Assert.Contains("Give true or false.", Refused("yes", () => Kit.Parameter(Name, false)));
        Assert.Contains(Environment.CurrentDirectory, Refused("no/such/file", () => Kit.PathParameter(Name, ".")));
        Assert.Throws<InputException>(() => Kit.PathParameter(Name, "."));
    }

    [Fact]
    public void The_model_is_the_real_encoder_unless_a_folder_or_a_name_is_given()
    {
        using (var model = WithModel(null, Kit.Model))
        {
            Assert.Equal("all-MiniLM-L6-v2", model.Name);
            Assert.Equal("Model: all-MiniLM-L6-v2.", Kit.Caveat(model));
        }
        using (var model = WithModel(Kit.DataPath("demo-bert"), Kit.Model))
            Assert.Contains("demo model is small", Kit.Caveat(model));
        Directory.CreateDirectory(bench.PathOf("mine"));
        foreach (string file in Directory.GetFiles(Kit.DataPath("demo-bert")))
            File.Copy(file, bench.PathOf("mine", Path.GetFileName(file)));
        using (var model = WithModel(bench.PathOf("mine"), Kit.Model))
        {
            Assert.Equal("mine", model.Name);
            Assert.Equal("Model: mine.", Kit.Caveat(model));
        }
        Assert.Contains("the name of a packaged encoder (all-MiniLM-L6-v2, snowflake-arctic-embed-xs) or a name on the hub",
            Assert.Throws<InputException>(() => WithModel("./nowhere", Kit.Model)).Message);
        Assert.Contains("name on the hub", Assert.Throws<InputException>(() => WithModel("a/b/c", Kit.Model)).Message);
        string? offline = Environment.GetEnvironmentVariable("HF_HUB_OFFLINE");
        Environment.SetEnvironmentVariable("HF_HUB_OFFLINE", "1");
        try
        {
            var refused = Assert.Throws<InputException>(() => WithModel("nobody/no-such-model", Kit.Model));
            Assert.Contains("HF_HUB_OFFLINE", refused.Message);
        }
        finally { Environment.SetEnvironmentVariable("HF_HUB_OFFLINE", offline); }
    }

    [Fact]
    public void The_kits_sentences_come_as_many_as_asked_for()
    {
        string[] all = Kit.Sentences();
        Assert.Equal(File.ReadAllLines(Kit.DataPath("texts/sentences.txt")), all);
        Assert.Equal(all[..3], Kit.Sentences(3));
        Assert.Throws<InputException>(() => Kit.Sentences(0));
    }

    private static Checkpoint WithModel(string? value, Func<Checkpoint> load)
    {
        string? before = Environment.GetEnvironmentVariable("model");
        Environment.SetEnvironmentVariable("model", value);
        try { return load(); }
        finally { Environment.SetEnvironmentVariable("model", before); }
    }
}
