using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn importance</c>: how much every head matters, by several measures, and whether they agree.</summary>
internal static class ImportanceVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var task = new TaskOptions();
        var agreement = OutFile.Also("--agreement",
            "Also remove every head alone (uniform and zero) and write first,second,spearman with intervals over heads and over texts: "
                + "whether the measures order the heads alike.", "F.csv", OutFile.Csv);
        var measure = new Option<string?>("--measure")
        {
            Description =
                "Which measures or columns of the catalogue, comma-separated, instead of those three families: for example "
                + "gradient,ablation,entropy.",
            HelpName = "a,b"
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the hidden words and the intervals.",
            HelpName = "S",
            DefaultValueFactory = _ => 0
        };
        var file = new OutFile("A row per head, a column per measure: .csv, .parquet or .npz.", "importance.csv", OutFile.HeadTable);
        var command = new Command("importance",
            "How much every head matters: the gradient of a gate on it (Michel et al. 2019), of its attention by kind of key (Clark et "
                + "al. 2019, §3.2), and the norm of what it hands over (Kobayashi et al. 2020).");
        task.AddTo(command);
        foreach (var option in new Option[] { measure, agreement, seed, file }) command.Add(option);
        command.SetWork((parsed, cancellation) =>
        {
            string target = parsed.GetValue(file)!;
            HeadTable.RequireFormat(target);
            string[] named = Names.Of(parsed.GetValue(measure));
            if (named.FirstOrDefault(n => !MeasureCatalogue.Has(n)) is { } unknown) throw MeasureCatalogue.Unknown(unknown);
            using var model = task.Load(parsed);
            var asked = task.Open(parsed, model, parsed.GetValue(seed), error);
            using var progress = new ProgressLine(error, "items");
            var context = new MeasureContext(new LiveAttention(model.Checkpoint, asked.Texts))
            {
                Task = asked,
                Seed = parsed.GetValue(seed),
                Threads = task.Threads(parsed),
                Progress = progress,
                Cancellation = cancellation,
            };
            var table = named.Length > 0 ? MeasureCatalogue.Table(context, named)
                : MeasureCatalogue.Table(context, MeasureCatalogue.Importance);
            List<HeadColumn> measures = [.. table.Columns.Where(c => c.Info.InSynthesis && c.PerText is not null)];
            if (parsed.GetValue(agreement) is not null)
                foreach (var mode in new[] { AblationMode.Uniform, AblationMode.Zero })
                    if (new HeadAblation(mode).Measure(context with { Progress = null })[0] is var ablation
                        && measures.All(m => m.Name != ablation.Name)) measures.Add(ablation);
            progress.Dispose();
            table.Write(target);
            output.WriteLine(FormattableString.Invariant(
                $"{target}: {table.Grid} heads, {table.Features.Count} columns; {asked.Name}, {asked.Count} items"));
            foreach (var m in measures)
            {
                var highest = new HeadTable(table.Grid, [m]).Highest(m.Name)
                    .Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Head} ({h.Value:G3})"));
                output.WriteLine($"  {m.Info.Title,-20} highest: {string.Join(", ", highest)}");
            }
            if (parsed.GetValue(agreement) is { } pairs)
                MeasureAgreement.Compute(measures, seed: parsed.GetValue(seed)).Write(pairs);
        });
        return command;
    }
}
