using System.Reflection;
using System.Runtime.CompilerServices;
using AttentionNotebooks.Cli;
using AttentionNotebooks.Tests.Attention;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>Options that mean the same in every verb, and the command line as a client of the library.</summary>
public sealed class OptionTests : IDisposable
{
    private const string Sentence = "1\tthe\t_\tDET\t_\t_\t2\tdet\t_\t_\n2\tcat\t_\tNOUN\t_\t_\t3\tnsubj\t_\t_\n"
        + "3\tsat\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n";

    private readonly TestFolder _folder = new();

    public OptionTests() => LiveAttentionTests.Model(_folder).Dispose();

    [Fact]
    public void The_command_line_sees_only_what_is_public() =>
        Assert.All([typeof(HeadTable), typeof(Kit), typeof(AttentionNotebooks.Training.DemoData),
            typeof(AttentionNotebooks.Runner.ExitCode)],
            known => Assert.DoesNotContain(known.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>(),
                a => a.AssemblyName == "attn"));

    [Fact]
    public async Task The_version_is_the_kits()
    {
        var (code, output, _) = await Shell.Attn("--version");
        Assert.Equal((0, KitVersion.Current + Environment.NewLine), (code, output));
    }

    [Theory]
    [InlineData("cluster --heads h.csv", "c.parquet", ".csv")]
    [InlineData("cluster --heads h.csv", "c.xlsx", ".csv")]
    [InlineData("cluster --heads h.csv --json r.csv", "c.csv", ".json")]
    [InlineData("features --maps m.npz", "h.xlsx", ".csv or .parquet or .npz")]
    [InlineData("features --maps m.npz --intervals i.npz", "h.csv", ".csv")]
    [InlineData("merge 0.sums", "h.json", ".csv or .parquet or .npz")]
    [InlineData("maps --model m --text t", "m.csv", ".npz")]
    [InlineData("mean-maps --maps m.npz", "m.csv", ".npz")]
    [InlineData("text-features --maps m.npz", "t.csv", ".npz")]
    [InlineData("distances --maps m.npz --metric js", "d.csv", ".npz")]
    [InlineData("profile h.csv", "p.parquet", ".csv")]
    [InlineData("profile h.csv --chart p.png", "p.csv", ".html")]
    [InlineData("functions --model m --conllu t", "f.parquet", ".csv")]
    [InlineData("functions --model m --conllu t --summary s.xlsx", "f.csv", ".csv")]
    [InlineData("token-types --maps m.npz", "t.npz", ".csv")]
    [InlineData("token-types --maps m.npz --position p.npz", "t.csv", ".csv")]
    [InlineData("ablate --model m --text t", "a.parquet", ".csv")]
    [InlineData("importance --model m --text t", "i.json", ".csv or .parquet or .npz")]
    [InlineData("explain --heads h.csv --importance i.csv", "r.csv", ".json")]
    [InlineData("prune --model m --text t", "p.json", ".csv")]
    [InlineData("synthesis --heads h.csv --clusters c.csv", "s.parquet", ".csv")]
    [InlineData("probe --model m --conllu t", "p.json", ".csv")]
    [InlineData("coreference --model m --documents d", "c.xlsx", ".csv")]
    [InlineData("calibrate --model m --task masked --text t --clusters c.csv", "c.csv", ".json")]
    [InlineData("calibrate --model m --task masked --text t --clusters c.csv --report r.xlsx", "c.json", ".csv")]
    [InlineData("describe --model m --text t", "d.pdf", ".md")]
    public async Task A_file_that_cannot_be_written_as_it_is_named_is_refused_before_the_work(string command, string target, string known)
    {
        var (code, output, error) = await Shell.Attn([.. command.Split(' '), "--out", _folder[target]]);
        Assert.Equal((Attn.WrongUsage, ""), (code, output));
        Assert.Contains($"Choose a name that ends in {known}.", error);
    }

    [Fact]
    public async Task A_shard_may_have_any_name()
    {
        string texts = _folder.Write("texts.txt", "the cat sat\n");
        await Done("features", "--model", _folder.Root, "--text", texts, "--shard", "0/1", "--out", _folder["0.sums"]);
        await Done("merge", _folder["0.sums"], "--out", _folder["h.csv"]);
    }

    [Fact]
    public async Task A_limit_takes_texts_maps_and_sentences_evenly_over_their_file()
    {
        string texts = _folder.Write("texts.txt", "the cat\nthe cat sat\na dog\na dog playing\n");
        string[] kept = ["the cat", "a dog"];
        await Done("maps", "--model", _folder.Root, "--text", texts, "--limit", "2", "--out", _folder["two.npz"]);
        Assert.Equal(kept, Words("two"));
        await Done("maps", "--model", _folder.Root, "--text", texts, "--out", _folder["four.npz"]);
        string[] Saved(string name) => ["features", "--maps", _folder[$"{name}.npz"], "--tokens", _folder[$"{name}.tokens.jsonl"]];
        await Done([.. Saved("four"), "--limit", "2", "--out", _folder["maps.csv"]]);
        await Done([.. Saved("two"), "--out", _folder["two.csv"]]);
        Assert.Equal(File.ReadAllText(_folder["two.csv"]), File.ReadAllText(_folder["maps.csv"]));

        string treebank = _folder.Write("t.conllu", Sentence + Sentence.Replace("cat", "dog") + Sentence + Sentence.Replace("cat", "dog"));
        await Done("functions", "--model", _folder.Root, "--conllu", treebank, "--limit", "2", "--out", _folder["two-f.csv"]);
        string cats = _folder.Write("cats.conllu", Sentence + Sentence);
        await Done("functions", "--model", _folder.Root, "--conllu", cats, "--out", _folder["cats-f.csv"]);
        Assert.Equal(File.ReadAllText(_folder["cats-f.csv"]), File.ReadAllText(_folder["two-f.csv"]));

        IEnumerable<string> Words(string name) => MapArchive.Open(_folder[$"{name}.npz"], _folder[$"{name}.tokens.jsonl"]).Texts
            .Select(t => string.Join(' ', t.Tokens!.Skip(1).SkipLast(1)));
    }

    [Theory]
    [InlineData("features"), InlineData("text-features"), InlineData("distances"), InlineData("maps"), InlineData("mean-maps")]
    [InlineData("token-types"), InlineData("functions"), InlineData("ablate"), InlineData("importance"), InlineData("prune")]
    [InlineData("probe"), InlineData("calibrate"), InlineData("describe"), InlineData("fine-tune")]
    public async Task The_help_of_a_limit_says_the_same_in_every_verb(string verb)
    {
        string help = string.Join(' ',
            (await Shell.Attn(verb, "--help")).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(
            @"--limit <N> Use N [a-z -]+, taken evenly over the file(, each class in its share)?; by default (all|1000)\.", help);
    }

    [Theory]
    [InlineData("features", false), InlineData("describe", false), InlineData("ablate", true), InlineData("importance", true)]
    [InlineData("prune", true), InlineData("calibrate", true)]
    public async Task The_help_of_a_model_says_what_may_stand_there(string verb, bool asked)
    {
        string help = (await Shell.Attn(verb, "--help")).Output;
        Assert.Contains("A model folder in Hugging Face layout or with model.onnx, or the name of an encoder that came with the build "
            + $"(all-MiniLM-L6-v2).{(asked ? " It must have the head that --task needs." : "")}\n", help.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Relations_are_scored_in_any_format_and_sentences_that_are_too_long_are_left_out()
    {
        string treebank = _folder.Write("t.conllu",
            Sentence + "1\tcat\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_\n2\tsat\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n");
        var (code, _, error) = await Shell.Attn("functions", "--model", _folder.Root, "--conllu", treebank, "--max-length", "4",
            "--precision", "bf16", "--device", "cpu", "--out", _folder["f.csv"]);
        Assert.True(code == 0, error);
        Assert.Contains("1 of 2 sentences are left out: they have more than 4 tokens", error);
        Assert.Equal(["nsubj"], RelationTable.Read(_folder["f.csv"]).Select(s => s.Relation).Distinct());
    }

    [Fact]
    public async Task A_file_is_not_written_over_another_that_the_verb_reads_or_writes()
    {
        string texts = _folder.Write("texts.csv", "the cat sat\n");
        string[] features = ["features", "--model", _folder.Root, "--text", texts];
        var (code, _, error) = await Shell.Attn([.. features, "--out", texts]);
        Assert.Equal(1, code);
        Assert.Contains("is also the file of --text", error);
        Assert.Equal("the cat sat\n", File.ReadAllText(texts));
        (code, _, error) = await Shell.Attn([.. features, "--intervals", _folder["h.csv"], "--out", _folder["h.csv"]]);
        Assert.Equal(1, code);
        Assert.Contains("Name another file", error);
        Assert.False(File.Exists(_folder["h.csv"]));
    }

    [Fact]
    public async Task Features_of_every_text_come_from_the_whole_catalogue()
    {
        string texts = _folder.Write("texts.txt", "the cat sat\na dog playing\n");
        string[] source = ["--model", _folder.Root, "--text", texts, "--features", "gini,distance"];
        await Done(["text-features", .. source, "--out", _folder["t.npz"]]);
        await Done(["features", .. source, "--out", _folder["h.csv"]]);
        var (mean, table) = (TextValues.Read(_folder["t.npz"]).ToTable(), HeadTable.Read(_folder["h.csv"]));
        Assert.Equal(table.Features, mean.Features);
        Assert.All(table.Column("gini").Zip(mean.Column("gini")), v => Assert.Equal(v.First, v.Second, 1e-6));
        var (code, _, error) = await Shell.Attn(["text-features", .. source[..^1], "ginni", "--out", _folder["x.npz"]]);
        Assert.Equal(1, code);
        Assert.Contains("Did you mean gini?", error);
    }

    [Theory]
    [InlineData("--mask-rate"), InlineData("--rate")]
    public async Task The_share_of_hidden_words_has_a_name_of_its_own_and_the_old_one_still_works(string option)
    {
        string texts = _folder.Write("texts.txt", "the cat sat\na dog playing\nthe dog sat\n");
        string[] command = ["ablate", "--model", _folder.Root, "--text", texts, "--by", "layer", "--random-groups", "0"];
        await Done([.. command, "--out", _folder["standard.csv"]]);
        await Done([.. command, option, "1", "--out", _folder["all.csv"]]);
        Assert.NotEqual(File.ReadAllText(_folder["standard.csv"]), File.ReadAllText(_folder["all.csv"]));
        var (code, _, error) = await Shell.Attn([.. command, option, "2", "--out", _folder["x.csv"]]);
        Assert.Equal(Attn.WrongUsage, code);
        Assert.Contains($"{option} takes a share", error);
        Assert.DoesNotContain("--rate ", (await Shell.Attn("ablate", "--help")).Output);
    }

    [Fact]
    public async Task The_format_that_the_doctor_measures_is_not_called_as_the_format_to_compute_in()
    {
        string help = (await Shell.Attn("doctor", "--help")).Output;
        Assert.Contains("--measure-precision", help);
        Assert.DoesNotContain("--precision", help);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task Done(params string[] command)
    {
        var (code, _, error) = await Shell.Attn(command);
        Assert.True(code == Attn.Done, error);
    }
}
