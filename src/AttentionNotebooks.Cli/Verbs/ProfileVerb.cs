using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn profile</c>: columns of head tables by layer.</summary>
internal static class ProfileVerb
{
    private const int ValuesPerText = 3; // dimensions

    public static Command Create(TextWriter output)
    {
        var tables = new Argument<string[]>("TABLE")
        {
            Description = "Head tables of attn features (.csv, .parquet, .npz), or values per text of attn text-features (.npz), which "
                + "give the means intervals over the texts.",
            Arity = ArgumentArity.OneOrMore,
        };
        var features = new Option<string?>("--features")
        { Description = "Comma-separated names of columns; those that all tables have unless given.", HelpName = "a,b" };
        var seed = new Option<int>("--seed") { Description = "Decides the draws of texts.", HelpName = "S", DefaultValueFactory = _ => 0 };
        var chart = OutFile.Also("--chart", "Also write a page with the chart: every head at its layer, and the means; of 6 features at "
            + "most.", "F.html", OutFile.Html);
        var file = new OutFile("A row per table, feature and layer: the mean over the layer's heads, their standard deviation, least and "
            + "largest value, and the 95 % interval of the mean over texts, if it is known.", "profile.csv", [OutFile.Csv]);
        var command = new Command("profile", "Features by layer: mean and spread of each layer's heads, with intervals over texts, of one "
            + "model or several.") { tables, features, seed, chart, file };
        command.SetWork((parsed, _) =>
        {
            string[] files = parsed.GetValue(tables)!, named = Names.Of(parsed.GetValue(features));
            if (files.GroupBy(Path.GetFullPath).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new InputException(twice.First(), null, "is named twice", "Name each table once");
            string target = parsed.GetValue(file)!;
            foreach (string written in new[] { target, parsed.GetValue(chart) }.OfType<string>())
                if (files.Any(f => Path.GetFullPath(f) == Path.GetFullPath(written)))
                    throw new InputException(written, null, "is also one of the tables", "Name another file to write");
            HeadTable[] read = [.. files.Select(Read)];
            string[] wanted = Wanted(files, read, named);
            string[] names = NamesOf(files, read);
            (string Name, IReadOnlyList<LayerProfile> Profiles)[] models =
                [.. read.Select((t, i) => (names[i], LayerProfile.Compute(t, wanted, parsed.GetValue(seed))))];
            Figure? page = parsed.GetValue(chart) is null ? null : Chart(models, wanted);
            LayerProfileTable.Write(models, target, read.Length == 1 ? read[0].From : null);
            page?.SavePage(parsed.GetValue(chart)!);
            output.WriteLine($"{target}: {wanted.Length} {(wanted.Length == 1 ? "feature" : "features")} by layer of "
                + string.Join(", ", read.Select((t, i) => $"{names[i]} ({t.Grid} heads)")));
            foreach (string line in Lines(models)) output.WriteLine(line);
        });
        return command;
    }

    private static HeadTable Read(string file) => Path.GetExtension(file).ToLowerInvariant() == OutFile.Npz
        && NpzShape.Of(file).Count == ValuesPerText ? TextValues.Read(file).ToTable() : HeadTable.Read(file);

    private static string[] Wanted(string[] files, HeadTable[] tables, string[] named)
    {
        if (named.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputException($"feature \"{twice.Key}\"", null, "is named twice", "Name each feature once");
        foreach (string name in named)
            for (int t = 0; t < tables.Length; t++)
                if (!tables[t].Features.Contains(name))
                    throw new InputException(files[t], null, $"has no column {name}", $"It has {string.Join(", ", tables[t].Features)}");
        string[] shared = [.. tables[0].Features.Where(f => tables.All(t => t.Features.Contains(f)))];
        return named.Length > 0 ? named : shared.Length > 0 ? shared
            : throw new InputException(string.Join(", ", files), null, "have no column in common", "Give tables of the same features");
    }

    // By the model where that tells the tables apart, else by the file.
    private static string[] NamesOf(string[] files, HeadTable[] tables)
    {
        string[] models = [.. tables.Select((t, i) => t.From?.Model ?? Path.GetFileName(files[i]))];
        return [.. models.Select((m, i) => models.Count(other => other == m) == 1 ? m : files[i])];
    }

    private static Figure Chart((string Name, IReadOnlyList<LayerProfile> Profiles)[] models, string[] features)
    {
        try
        {
            return Kit.Plot.LayerProfile(models, models.Length == 1 ? $"{models[0].Name}: {string.Join(", ", features)} by layer" : null);
        }
        catch (ArgumentException e)
        {
            throw new InputException("--chart", null, $"cannot be drawn: {e.Message.Split(" (Parameter")[0]}",
                "Name the features with --features, or leave --chart out");
        }
    }

    // A row per feature and model: the layers with the least and the most, and whether the middle differs from the ends.
    private static IEnumerable<string> Lines((string Name, IReadOnlyList<LayerProfile> Profiles)[] models)
    {
        bool several = models.Length > 1;
        List<string[]> rows = [["feature", .. several ? ["model"] : (string[])[], "lowest layer: mean ± SD of heads", "highest layer",
            "middle layers minus others"]];
        for (int f = 0; f < models[0].Profiles.Count; f++)
            foreach (var (name, profiles) in models)
            {
                var p = profiles[f];
                LayerValues[] known = [.. p.Layers.Where(l => l.Count > 0)];
                string unit = p.Column.Unit.Length == 0 ? "" : $" ({p.Column.Unit})";
                string Layer(LayerValues? l) => l is null ? "no value" : string.Create(CultureInfo.InvariantCulture,
                    $"{l.Layer}: {Number(l.Mean.Value)} ± {Number(l.Spread)}");
                string middle = double.IsNaN(p.Middle.Value) ? "–" : Number(p.Middle.Value) + (p.Texts == 0 ? ""
                    : string.Create(CultureInfo.InvariantCulture,
                        $" (95 % over {p.Texts:N0} texts: {Number(p.Middle.Low)} to {Number(p.Middle.High)})"));
                rows.Add([p.Column.Name + unit, .. several ? [name] : (string[])[], Layer(known.MinBy(l => l.Mean.Value)),
                    Layer(known.MaxBy(l => l.Mean.Value)), middle]);
            }
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        return rows.Select(r => $"  {string.Join("  ", r.Select((cell, c) => cell.PadRight(widths[c])))}".TrimEnd());
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "G3", CultureInfo.InvariantCulture);
}
