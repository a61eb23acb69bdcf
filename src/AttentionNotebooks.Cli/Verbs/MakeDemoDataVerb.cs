using System.CommandLine;
using System.Globalization;
using System.Text;
using AttentionNotebooks.Training;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn make-demo-data</c>: what the kit's own grammar generates.</summary>
internal static class MakeDemoDataVerb
{
    public static Command Create(TextWriter output)
    {
        var folder = new OutOption("Write the treebank and the tasks into this folder (data/ is the shipped one).", "DIR", required: false);
        var text = new OutOption("Write plain text to train on instead: a paragraph per line, no sentence of the shipped treebank or "
            + "tasks.", "FILE", "--text", required: false);
        var sentences = new Option<int>("--sentences")
        {
            Description = "Sentences of --text.",
            HelpName = "N",
            DefaultValueFactory = _ => 100_000,
        };
        var agreement = new Option<double>("--agreement")
        {
            Description = "The share of sentences in --text with up to three nouns of the other number between subject and verb; "
                + "otherwise these are rare.",
            HelpName = "SHARE",
            DefaultValueFactory = _ => 0,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides every sentence.",
            HelpName = "S",
            DefaultValueFactory = _ => DemoData.StandardSeed,
        };
        var command = new Command("make-demo-data", "Generates the demo treebank and tasks, or training text, from the kit's own "
            + "grammar.") { folder, text, sentences, agreement, seed };
        sentences.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < 1) r.AddError("--sentences must be at least 1.");
        });
        agreement.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (>= 0 and <= 1)) r.AddError("--agreement must be a share from 0 to 1.");
        });
        command.Validators.Add(r =>
        {
            if (r.GetValue(folder) is null == r.GetValue(text) is null) r.AddError("Give either --out or --text.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            if (parsed.GetValue(folder) is { } data) WriteData(data, parsed.GetValue(seed), output);
            else WriteText(parsed.GetValue(text)!, parsed.GetValue(sentences), parsed.GetValue(agreement), parsed.GetValue(seed), output,
                cancellation);
        });
        return command;
    }

    private static void WriteData(string folder, int seed, TextWriter output)
    {
        foreach (var (name, content) in DemoData.Generate(seed).Files)
        {
            string path = Path.Combine(folder, name);
            AtomicFile.WriteText(path, content);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {content.Count(c => c == '\n'):N0} lines"));
        }
    }

    private static void WriteText(string file, int sentences, double agreement, int seed, TextWriter output, CancellationToken cancellation)
    {
        int paragraphs = 0;
        AtomicFile.Write(file, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            foreach (string paragraph in DemoText.Paragraphs(seed, sentences, DemoData.Generate().Sentences, agreement))
            {
                cancellation.ThrowIfCancellationRequested();
                writer.WriteLine(paragraph);
                paragraphs++;
            }
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {paragraphs:N0} paragraphs"));
    }
}
