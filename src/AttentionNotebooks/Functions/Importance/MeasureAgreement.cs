namespace AttentionNotebooks;

/// <summary>How far two measures order the heads alike.</summary>
/// <param name="First">One measure's name.</param>
/// <param name="Second">The other's.</param>
/// <param name="Rho">Spearman's rank correlation over heads; NaN where a measure is the same for all heads.</param>
/// <param name="OverHeads">Its 95 % interval over heads drawn with replacement: would it hold for other heads?</param>
/// <param name="OverTexts">Its 95 % interval over texts drawn with replacement: how much of it is the noise of these texts?</param>
public sealed record PairAgreement(string First, string Second, double Rho, Interval OverHeads, Interval OverTexts);

/// <summary>Whether measures of a head's importance agree: Spearman's rank correlations with bootstrap intervals over heads and over
/// texts.</summary>
public sealed class MeasureAgreement
{
    private readonly PairAgreement[,] _pairs;

    private MeasureAgreement(IReadOnlyList<string> names, PairAgreement[,] pairs) => (Names, _pairs) = (names, pairs);

    /// <summary>The measures' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The agreement of two measures.</summary>
    /// <param name="first">One measure's position.</param>
    /// <param name="second">The other's.</param>
    public PairAgreement this[int first, int second] => _pairs[first, second];

    /// <summary>Every pair once.</summary>
    public IEnumerable<PairAgreement> Pairs()
    {
        for (int a = 0; a < Names.Count; a++)
            for (int b = a + 1; b < Names.Count; b++) yield return _pairs[a, b];
    }

    /// <summary>Writes <c>first,second,spearman</c> with both intervals, a row per pair.</summary>
    /// <param name="file">The file; it holds all pairs or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file)
    {
        var text = new CsvText("first", "second", "spearman", "heads_low", "heads_high", "texts_low", "texts_high");
        foreach (var p in Pairs())
            text.Add(p.First, p.Second, p.Rho, p.OverHeads.Low, p.OverHeads.High, p.OverTexts.Low, p.OverTexts.High);
        text.Write(file);
    }

    /// <summary>Compares measures of the same heads over the same texts; all see the same draws.</summary>
    /// <param name="measures">The measures, two at least, with their values per text.</param>
    /// <param name="draws">Draws of each kind.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">There are fewer than two measures, or they are of other heads or texts.</exception>
    public static MeasureAgreement Compute(IReadOnlyList<HeadColumn> measures, int draws = Bootstrap.DefaultDraws, int seed = 0)
    {
        if (measures.Count < 2) throw new InputException("measures to compare", null, $"are {measures.Count}", "Give two at least");
        int TextsOf(HeadColumn m) => m.PerText?.Count
            ?? throw new InputException($"measure \"{m.Name}\"", null, "has no values per text",
                "Measure it on texts instead of reading it from a table");
        int texts = TextsOf(measures[0]), heads = measures[0].Count;
        if (measures.FirstOrDefault(m => TextsOf(m) != texts || m.Count != heads) is { } other)
            throw new InputException($"measure \"{other.Name}\"", null,
                $"is of {other.Count} heads in {TextsOf(other)} texts, \"{measures[0].Name}\" of {heads} in {texts}",
                    "Compute them over the same task and model");
        var random = new Random(seed);
        double[][] own = [.. measures.Select(m => m.Values)];
        // Per draw, all measures' values: of the drawn heads, and of all heads over the drawn texts.
        double[][][] overHeads = [.. Bootstrap.Draws(heads, draws, random)
            .Select(drawn => own.Select(v => drawn.Select(h => v[h]).ToArray()).ToArray())];
        double[][][] overTexts = [.. Bootstrap.Draws(texts, draws, random).Select(drawn => measures.Select(m => m.Over(drawn)).ToArray())];
        var pairs = new PairAgreement[measures.Count, measures.Count];
        for (int a = 0; a < measures.Count; a++)
            for (int b = a; b < measures.Count; b++)
            {
                double whole = RankCorrelation.Spearman(own[a], own[b]);
                Interval Over(double[][][] drawn) => a == b ? new Interval(whole, whole, whole)
                    : Interval.OfDraws(whole, drawn.Select(d => RankCorrelation.Spearman(d[a], d[b])));
                pairs[a, b] = new PairAgreement(measures[a].Info.Title, measures[b].Info.Title, whole, Over(overHeads), Over(overTexts));
                pairs[b, a] = pairs[a, b] with { First = measures[b].Info.Title, Second = measures[a].Info.Title };
            }
        return new MeasureAgreement([.. measures.Select(m => m.Info.Title)], pairs);
    }
}
