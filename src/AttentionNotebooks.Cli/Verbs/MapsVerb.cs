using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn maps</c>: saves a model's whole attention maps.</summary>
internal static class MapsVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error, savedMapsToo: false);
        var file = new OutFile("The maps, an entry per text; the tokens go into maps.tokens.jsonl beside it.", "maps.npz", [OutFile.Npz]);
        var command = new Command("maps", "Saves whole attention maps: [layers, heads, T, T] float32 per text.") { file };
        source.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            using (model)
            using (var progress = new ProgressLine(error, "texts")) MapWriter.Save(attention, parsed.GetValue(file)!, progress,
                cancellation);
            output.WriteLine($"{parsed.GetValue(file)}: maps of {attention.Texts.Count} texts, {attention.Grid} heads; tokens in "
                + $"{MapWriter.TokensFileOf(parsed.GetValue(file)!)}");
        });
        return command;
    }
}
