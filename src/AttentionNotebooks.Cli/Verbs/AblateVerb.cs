using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn ablate</c>: what a model loses without heads, layers or clusters, against random groups.</summary>
internal static class AblateVerb
{
    private const int Shown = 12;

    public static Command Create(TextWriter output, TextWriter error)
    {
        var task = new TaskOptions();
        var by = new Option<string?>("--by")
        {
            Description = "What is removed together; by default cluster with --clusters, else head.",
            HelpName = "head|cluster|layer",
        };
        var clusters = new Option<string?>("--clusters")
        {
            Description = "The clusters that attn cluster wrote: layer,head,cluster,name.",
            HelpName = "clusters.csv",
        };
        var groups = new Option<string?>("--groups")
        {
            Description = "Names of groups to measure, comma-separated: 3-5, layer 3, or a cluster's number; by default all.",
            HelpName = "a,b",
        };
        var mode = new Option<string>("--mode")
        {
            Description = "What replaces a head: a map of 1/n over the text's tokens (Kovaleva et al. 2019), nothing, or its mean "
                + "output over --reference.",
            DefaultValueFactory = _ => "uniform",
        };
        var only = new Option<bool>("--only") { Description = "Keep each group and remove all other heads, instead of the group." };
        var random = new Option<int>("--random-groups")
        {
            Description = "How many random groups each group is compared with: as many heads from the same layers, or with --by layer "
                + "as many heads from anywhere. 0 for none; with N the least p-value is 1/(N + 1), however many groups there are. "
                + "A single head has only the others of its layer to be compared with.",
            HelpName = "N",
            DefaultValueFactory = _ => AblationOptions.DefaultRandomGroups,
        };
        var reference = new Option<string?>("--reference")
        {
            Description = "Texts for the mean outputs of --mode mean; by default --text.",
            HelpName = "F",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the hidden words, the random groups and the intervals.",
            HelpName = "S",
            DefaultValueFactory = _ => 0,
        };
        var file = new OutFile("A row per group.", "ablation.csv", [OutFile.Csv]);
        by.AcceptOnlyFromAmong("head", "cluster", "layer");
        mode.AcceptOnlyFromAmong("uniform", "zero", "mean");
        random.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 0 or > 100_000) r.AddError("--random-groups takes 0 to 100000.");
        });
        var command = new Command("ablate", "Removes heads, layers or clusters from a model and measures the change of loss and "
            + "accuracy, with intervals over items and random groups as a control.");
        task.AddTo(command);
        foreach (var option in new Option[] { by, clusters, groups, mode, only, random, reference, seed, file }) command.Add(option);
        command.Validators.Add(r =>
        {
            bool given = TaskOptions.Given(r, clusters) is not null;
            string? named = TaskOptions.Given(r, by);
            if (named == "cluster" && !given) r.AddError("--by cluster needs --clusters.");
            else if (given && named is not (null or "cluster")) r.AddError("--clusters goes with --by cluster only.");
            else if (TaskOptions.Given(r, mode) == "mean" && TaskOptions.Given(r, reference) is null && !task.HasText(r))
                r.AddError("--mode mean needs --reference.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            using var model = task.Load(parsed);
            var checkpoint = model.Checkpoint;
            var asked = task.Open(parsed, model, parsed.GetValue(seed), error);
            var grid = model.Grid;
            bool byLayer = parsed.GetValue(by) == "layer";
            var all = parsed.GetValue(clusters) is { } f ? Clusters(f, model)
                : byLayer ? HeadGroups.Layers(grid) : HeadGroups.Single(grid);
            var chosen = parsed.GetValue(groups) is { } names ? HeadGroups.Select(all, Names.Of(names)) : all;
            var how = Enum.Parse<AblationMode>(parsed.GetValue(mode)!, ignoreCase: true);
            var options = new AblationOptions
            {
                Mode = how,
                OnlyKept = parsed.GetValue(only),
                RandomGroups = parsed.GetValue(random),
                Seed = parsed.GetValue(seed),
                Threads = task.Threads(parsed),
                Match = byLayer ? GroupMatch.Size : GroupMatch.Layers,
                Means = how == AblationMode.Mean ? HeadMeans.Compute(checkpoint,
                    parsed.GetValue(reference) is { } r ? TextFile.Texts(r) : task.Texts(parsed), cancellation: cancellation) : null,
            };
            IReadOnlyList<AblationEffect> effects;
            using (var progress = new ProgressLine(error, "passes"))
                effects = AblationStudy.Run(asked, chosen, options, progress, cancellation);
            AblationCsv.Write(effects, parsed.GetValue(file)!);
            Write(effects, asked, options, parsed.GetValue(file)!, output);
        });
        return command;
    }

    private static IReadOnlyList<HeadGroup> Clusters(string file, AskedModel model)
    {
        var clusters = ClusterAssignment.Read(file, model.Grid);
        model.RequireOwn(file, clusters.Grid, clusters.From);
        return HeadGroups.Of(clusters);
    }

    private static void Write(IReadOnlyList<AblationEffect> effects, IModelTask task, AblationOptions options, string file,
        TextWriter output)
    {
        var before = effects[0].Before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{file}: {effects.Count} groups, {options.Mode.ToString().ToLowerInvariant()}"
            + $"{(options.OnlyKept ? ", only the group kept" : "")}; {task.Name}, {task.Count} items; before: "
            + $"loss {before.Loss:0.000}, accuracy {before.Accuracy.Value:0.000}"));
        foreach (var e in effects.OrderByDescending(e => (options.OnlyKept ? -1 : 1) * e.Loss.Value).Take(Shown))
        {
            string control = e.Random is { } r ? string.Create(CultureInfo.InvariantCulture, $"; random {r.Mean:+0.000;-0.000;0.000} "
                + $"[{r.Low:+0.000;-0.000;0.000}, {r.High:+0.000;-0.000;0.000}], p = {r.PMore:0.000}, "
                + $"corrected {r.Adjusted:0.000}") : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {e.Group.Name,-20} loss "
                + $"{e.Loss.Value:+0.000;-0.000;0.000} [{e.Loss.Low:+0.000;-0.000;0.000}, {e.Loss.High:+0.000;-0.000;0.000}], accuracy "
                + $"{e.Accuracy.Value:+0.000;-0.000;+0.000}{control}"));
        }
        if (AblationStudy.TooFewGroups(effects, "--random-groups") is { } warning) output.WriteLine($"  {warning}");
    }
}
