using System.Globalization;
using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Figure = AttentionNotebooks.Figure;
using Profile = AttentionNotebooks.LayerProfile;

namespace AttentionNotebooks.Charts;

// Columns by layer: every head as a point at its layer, and the means of the layers.
public sealed partial class Plots
{
    private const int MostPanels = 6, InARow = 3, PanelHeight = 280, BetweenColumns = 74, BetweenRows = 62, MostSentences = 4;
    private const double LaneShare = 0.8, DotShare = 0.75; // of the room between two layers, and of a model's part of it

    /// <inheritdoc/>
    public Figure LayerProfile(HeadTable table, IReadOnlyList<string> features, string? title = null, string? caption = null,
        bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null) =>
        LayerProfile([("", Profile.Compute(table, features))], title, caption, band, references);

    /// <inheritdoc/>
    public Figure LayerProfile(TextValues values, IReadOnlyList<string> features, string? title = null, string? caption = null,
        bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null) =>
        LayerProfile([("", Profile.Compute(values, features))], title, caption, band, references);

    /// <inheritdoc/>
    public Figure LayerProfile(IReadOnlyList<(string Name, HeadTable Table)> models, IReadOnlyList<string> features, string? title = null,
        string? caption = null, bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null) =>
        LayerProfile([.. models.Select(m => (m.Name, Profile.Compute(m.Table, features)))], title, caption, band, references);

    /// <inheritdoc/>
    public Figure LayerProfile(IReadOnlyList<(string Name, IReadOnlyList<Profile> Profiles)> models, string? title = null,
        string? caption = null, bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null)
    {
        Require(models.Count > 0 && models[0].Profiles.Count > 0, "there is no profile", nameof(models));
        string[] features = [.. models[0].Profiles.Select(p => p.Column.Name)];
        Require(features.Length <= MostPanels, $"{features.Length} features are too many for one chart: at most {MostPanels}",
            nameof(models));
        foreach (var (name, profiles) in models)
        {
            Require(profiles.Select(p => p.Column.Name).SequenceEqual(features),
                $"model \"{name}\" has the columns {string.Join(", ", profiles.Select(p => p.Column.Name))} instead of "
                    + string.Join(", ", features), nameof(models));
            foreach (var p in profiles)
                Require(p.Layers.Any(l => l.Count > 0), $"no head has a value of {p.Column.Name}", nameof(models));
        }
        foreach (var r in references ?? [])
            Require(features.Contains(r.Feature), $"the reference is of {r.Feature}, which is not drawn", nameof(references));

        var axes = LayerAxes.Of(models);
        bool intervals = models.Any(m => m.Profiles.Any(p => p.Texts > 0)), bands = band ?? !intervals;
        title ??= $"{string.Join(", ", features)} by layer";
        var traces = new List<Trace>();
        for (int f = 0; f < features.Length; f++)
        {
            foreach (var r in (references ?? []).Where(r => r.Feature == features[f])) traces.Add(ReferenceTrace(r, axes).On(f));
            if (bands) traces.AddRange(models.Select((m, s) => BandTrace(m.Profiles[f], axes, s).On(f)));
            traces.AddRange(models.Select((m, s) => HeadTrace(m.Profiles[f], axes, s, m.Name).On(f)));
            traces.AddRange(models.Select((m, s) => MeanTrace(m.Profiles[f], axes, s, m.Name, f == 0).On(f)));
        }
        Trace[] keys = [.. LayerKeys(models, bands, intervals)];
        var layout = LayerLayout(models, features, axes, title,
            [.. (models.Count > 1 ? models.Select(m => m.Name) : []), .. keys.Select(k => (string)k.GetPropertyValue("name"))]);
        return Drawing.Finish([.. traces, .. keys], layout, title, caption ?? LayerCaption(models, bands, intervals, axes.Relative));
    }

    // Where layers stand: at their numbers, or at their depth where models have different numbers of layers. Models of as many layers
    // stand beside one another, so that their points can be told apart.
    private sealed record LayerAxes(IReadOnlyList<int> LayersOf)
    {
        public static LayerAxes Of(IReadOnlyList<(string Name, IReadOnlyList<Profile> Profiles)> models) =>
            new([.. models.Select(m => m.Profiles[0].Layers.Count)]);

        public int Models => LayersOf.Count;

        public bool Relative => LayersOf.Distinct().Count() > 1;

        public int Layers => LayersOf.Max();

        public double Step => Relative ? 1.0 / Layers : 1;

        public double[] Range => Relative ? [0, 1] : [-0.6, Layers - 0.4];

        public string Title => Relative ? "relative depth (0: bottom, 1: top)" : "layer (from 0)";

        public double At(int layer, int model)
        {
            var (lane, lanes) = Lane(model);
            return (Relative ? Profile.DepthOf(layer, LayersOf[model]) : layer) + ((lane + 0.5) / lanes - 0.5) * LaneShare * Step;
        }

        public double At(int layer, int model, int head, int heads) =>
            At(layer, model) + ((head + 0.5) / heads - 0.5) * LaneShare * DotShare / Lane(model).Lanes * Step;

        private (int Lane, int Lanes) Lane(int model) => (LayersOf.Take(model).Count(n => n == LayersOf[model]),
            LayersOf.Count(n => n == LayersOf[model]));
    }

    private static Trace HeadTrace(Profile p, LayerAxes axes, int s, string name)
    {
        var heads = p.Layers.SelectMany(l => l.Heads.Select((v, h) => (Head: new Head(l.Layer, h), Value: v)))
            .Where(h => double.IsFinite(h.Value)).ToArray();
        return new Trace("scatter").With("mode", "markers").With("showlegend", false).With("legendgroup", Group(axes, s, "heads"))
            .With("x", heads.Select(h => axes.At(h.Head.Layer, s, h.Head.Index, p.Grid.Heads)).ToArray())
            .With("y", heads.Select(h => h.Value).ToArray())
            .With("customdata", heads.Select(h => h.Head.ToString()).ToArray())
            .With("marker", new { color = Style.Fade(Style.Colour(s), 0.4), size = 5, symbol = Style.Symbol(s) }).With("cliponaxis", false)
            .With("hovertemplate", $"<b>{Of(name)}%{{customdata}}</b><br>{Style.Label(p.Column.Name)} "
                + $"%{{y:.4~g}}{Style.Label(ColumnUnit.AfterNumber(p.Column.Unit))}<extra></extra>");
    }

    private static Trace MeanTrace(Profile p, LayerAxes axes, int s, string name, bool first)
    {
        string unit = Style.Label(ColumnUnit.AfterNumber(p.Column.Unit));
        string Facts(LayerValues l) => $"mean {Style.Number(l.Mean.Value)}{unit}"
            + (double.IsFinite(l.Mean.Low) ? $"<br>95 % over texts {Style.Number(l.Mean.Low)} to {Style.Number(l.Mean.High)}" : "")
            + string.Create(CultureInfo.InvariantCulture, $"<br>standard deviation of {l.Count} heads {Style.Number(l.Spread)}");
        return new Trace("scatter").With("mode", "lines+markers").With("name", Style.Label(name))
            .With("showlegend", axes.Models > 1 && first).With("legendgroup", Group(axes, s, "mean"))
            .With("x", p.Layers.Select(l => axes.At(l.Layer, s)).ToArray()).With("y", p.Layers.Select(l => l.Mean.Value).Gaps())
            .With("cliponaxis", false)
            .With("line", new { color = Style.Colour(s), width = 2, dash = Style.Dash(s) })
            .With("marker", new
            {
                color = Style.Colour(s),
                symbol = Style.Symbol(s),
                size = Style.SymbolSize(s),
                line = new { color = "#FFFFFF", width = 1 }
            })
            .With("error_y", p.Texts == 0 ? null : new
            {
                type = "data",
                symmetric = false,
                color = Style.Ink,
                thickness = 1.4,
                width = 4,
                array = p.Layers.Select(l => l.Mean.High - l.Mean.Value).Gaps(),
                arrayminus = p.Layers.Select(l => l.Mean.Value - l.Mean.Low).Gaps()
            })
            .With("customdata", p.Layers.Select(l => $"<b>{Of(name)}layer {l.Layer}</b><br>{Facts(l)}").ToArray())
            .With("hovertemplate", "%{customdata}<extra></extra>");
    }

    private static Trace BandTrace(Profile p, LayerAxes axes, int s)
    {
        LayerValues[] known = [.. p.Layers.Where(l => l.Count > 0)];
        double[] x = [.. known.Select(l => axes.At(l.Layer, s))];
        return new Trace("scatter").With("mode", "lines").With("showlegend", false).With("legendgroup", Group(axes, s, "band"))
            .With("x", x.Concat(x.Reverse()).ToArray())
            .With("y", known.Select(l => l.Mean.Value + l.Spread).Concat(known.Reverse().Select(l => l.Mean.Value - l.Spread)).ToArray())
            .With("fill", "toself").With("fillcolor", Style.Fade(Style.Colour(s), 0.15)).With("line", new { width = 0 })
            .With("hoverinfo", "skip");
    }

    private static Trace ReferenceTrace((string Feature, double Value, string Name) reference, LayerAxes axes) =>
        new Trace("scatter").With("mode", "lines+text").With("showlegend", false)
            .With("x", axes.Range).With("y", new[] { reference.Value, reference.Value })
            .With("text", new[] { Style.Label(reference.Name), "" }).With("textposition", "top right")
            .With("textfont", new { size = 11, color = Style.Grey }).With("line", new { color = Style.Grey, width = 1.5, dash = "dash" })
            .With("hoverinfo", "skip");

    // What the marks mean: entries of the legend that draw nothing.
    private static IEnumerable<Trace> LayerKeys(IReadOnlyList<(string Name, IReadOnlyList<Profile> Profiles)> models, bool bands,
        bool intervals)
    {
        string colour = models.Count > 1 ? Style.Grey : Style.Colour(0);
        Trace Key(string name, string group, string mode) => new Trace("scatter").With("x", new double?[] { null })
            .With("y", new double?[] { null }).With("name", name).With("mode", mode).With("hoverinfo", "skip")
            .With("legendgroup", models.Count > 1 ? $"key {group}" : group);
        yield return Key("head", "heads", "markers").With("marker", new { color = Style.Fade(colour, 0.4), size = 6 });
        if (models.Count == 1)
            yield return Key("mean of the layer's heads", "mean", "lines+markers").With("line", new { color = colour, width = 2 })
                .With("marker", new { color = colour, size = 8 });
        if (bands)
            yield return Key("± 1 standard deviation of the heads", "band", "lines").With("fill", "toself")
                .With("fillcolor", Style.Fade(colour, 0.15)).With("line", new { width = 0 });
        if (!intervals) yield break;
        int[] texts = [.. models.SelectMany(m => m.Profiles).Select(p => p.Texts).Where(n => n > 0).Distinct()];
        yield return Key(string.Create(CultureInfo.InvariantCulture,
            $"95 % interval of the mean over {(texts.Length == 1 ? $"{texts[0]:N0} " : "")}texts"), "mean", "markers")
            .With("marker", new { color = Style.Ink, symbol = "line-ns-open", size = 11, line = new { color = Style.Ink, width = 1.6 } });
    }

    private static Layout LayerLayout(IReadOnlyList<(string Name, IReadOnlyList<Profile> Profiles)> models, string[] features,
        LayerAxes axes, string title, string[] legend)
    {
        const int Left = 66, Right = 24;
        int columns = features.Length == 4 ? 2 : Math.Min(features.Length, InARow), rows = (features.Length + columns - 1) / columns;
        int height = rows * PanelHeight + (rows - 1) * BetweenRows, plot = Style.Width - Left - Right;
        double width = (plot - (columns - 1) * BetweenColumns) / (double)columns;
        var layout = Drawing.Layout(title, height, (Left, 48, Right, 52), legend: legend);
        for (int f = 0; f < features.Length; f++)
        {
            double x = f % columns * (width + BetweenColumns), top = f / columns * (PanelHeight + BetweenRows);
            bool positive = models.All(m => m.Profiles[f].Layers.All(l => !(l.Least < 0)));
            string n = f == 0 ? "" : $"{f + 1}";
            string unit = models.Select(m => m.Profiles[f].Column.Unit).FirstOrDefault(u => u.Length > 0) ?? "";
            layout = layout
                .With($"xaxis{n}", Drawing.Axis(axes.Title).With("domain", new[] { x / plot, Math.Min(1, (x + width) / plot) })
                    .With("anchor", $"y{n}").With("range", axes.Range)
                    .With("dtick", axes.Relative ? 0.25 : axes.Layers <= (columns < InARow ? 12 : 6) ? 1 : axes.Layers <= 12 ? 2 : 4))
                .With($"yaxis{n}", Drawing.Axis(Style.WithUnit(features[f], unit), grid: true).With("anchor", $"x{n}")
                    .With("domain", new[] { Math.Max(0, 1 - (top + PanelHeight) / height), 1 - top / height })
                    .With("rangemode", positive ? "tozero" : null));
        }
        return layout;
    }

    private static string LayerCaption(IReadOnlyList<(string Name, IReadOnlyList<Profile> Profiles)> models, bool bands, bool intervals,
        bool relative)
    {
        string marks = "Every point is a head at its layer, in a layer by number from left to right; the line joins the means."
            + (bands ? " The band tells how different the heads of a layer are, not how sure the mean is." : "")
            + (intervals ? " The bars tell how far the mean may move with other texts, not how different the heads are." : "")
            + (relative ? " The models have different numbers of layers, so each layer stands at its relative depth." : "");
        string[] facts = [.. models.SelectMany(m =>
            m.Profiles.Select(p => $"{(models.Count > 1 ? $"{m.Name}, " : "")}{p.Column.Name}: {Extremes(p)}."))];
        return facts.Length > MostSentences ? marks : $"{marks} {string.Join(" ", facts)}";
    }

    private static string Extremes(Profile p)
    {
        LayerValues[] known = [.. p.Layers.Where(l => l.Count > 0)];
        LayerValues highest = known.MaxBy(l => l.Mean.Value)!, lowest = known.MinBy(l => l.Mean.Value)!;
        string unit = ColumnUnit.AfterNumber(p.Column.Unit);
        int outer = Profile.Outer(p.Layers.Count);
        return string.Create(CultureInfo.InvariantCulture, $"highest in layer {highest.Layer} ({Style.Number(highest.Mean.Value)}{unit}), "
            + $"lowest in layer {lowest.Layer} ({Style.Number(lowest.Mean.Value)}{unit})")
            + (double.IsNaN(p.Middle.Value) ? "" : string.Create(CultureInfo.InvariantCulture,
                $"; layers {outer} to {p.Layers.Count - outer - 1} minus the others {Style.Number(p.Middle.Value)}{unit}")
                + (p.Texts == 0 ? "" : $" (95 % over texts: {Style.Number(p.Middle.Low)} to {Style.Number(p.Middle.High)})"));
    }

    private static string Group(LayerAxes axes, int model, string marks) => axes.Models > 1 ? $"model {model}" : marks;

    private static string Of(string name) => name.Length == 0 ? "" : $"{Style.Label(name)} ";
}
