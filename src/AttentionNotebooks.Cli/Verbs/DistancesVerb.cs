using System.CommandLine;
using System.Runtime.InteropServices;
using AttentionNotebooks.Data;
using AttentionNotebooks.Features;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn distances</c>: how differently every pair of heads attends.</summary>
internal static class DistancesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var metric = new Option<string>("--metric") { Description = string.Join("; ", HeadDistance.All.Select(d => $"{d.Name}: {d.Definition}")) + ".", Required = true };
        var file = new Option<string>("--out") { Description = "The entry distances, [heads, heads] float64, heads layer by layer.", HelpName = "d.npz", Required = true };
        metric.AcceptOnlyFromAmong([.. HeadDistance.All.Select(d => d.Name)]);
        var command = new Command("distances", "Computes the distance of every pair of heads: the mean over a text's queries, then over texts.") { metric, file };
        source.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            double[,] distances;
            using (model)
            using (var progress = new ProgressLine(error, "texts")) distances = attention.Distances(HeadDistance.Get(parsed.GetValue(metric)!), progress: progress, cancellation: cancellation);
            Npz.Write(parsed.GetValue(file)!, [("distances", stream => NpyArray.Write(stream, [distances.GetLength(0), distances.GetLength(1)], MemoryMarshal.CreateReadOnlySpan(ref distances[0, 0], distances.Length)))]);
            output.WriteLine($"{parsed.GetValue(file)}: {parsed.GetValue(metric)} distances of {attention.Grid} heads over {attention.Texts.Count} texts");
        });
        return command;
    }
}
