using System.Diagnostics;
using System.Globalization;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>Programs that run in turn, several rounds of them: whatever slows the machine slows all of them alike.</summary>
internal sealed class Rounds
{
    private readonly Dictionary<string, double[]> _seconds;

    private Rounds(Dictionary<string, double[]> seconds) => _seconds = seconds;

    /// <summary>Runs all once to warm up, then in turn.</summary>
    /// <param name="rounds">How often.</param>
    /// <param name="contestants">Names, and what runs and tells its seconds.</param>
    public static Rounds Of(int rounds, params (string Name, Func<double> Run)[] contestants)
    {
        foreach (var c in contestants) c.Run();
        var seconds = contestants.ToDictionary(c => c.Name, _ => new double[rounds]);
        for (int r = 0; r < rounds; r++)
            foreach (var c in contestants) seconds[c.Name][r] = c.Run();
        return new Rounds(seconds);
    }

    /// <summary>The seconds of something.</summary>
    public static double Time(Action run)
    {
        var clock = Stopwatch.StartNew();
        run();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Whether the contestant took part.</summary>
    public bool Has(string name) => _seconds.ContainsKey(name);

    /// <summary>A contestant's median seconds.</summary>
    public double Median(string name) => Median(_seconds[name]);

    /// <summary>Round by round, a contestant's seconds over another's: median, least and most.</summary>
    public Spread Ratio(string slower, string faster) => Spread.Of([.. _seconds[slower].Zip(_seconds[faster], (s, f) => s / f)]);

    /// <summary>A contestant's seconds, scaled: median, least and most.</summary>
    public Spread Seconds(string name, double factor = 1) => Spread.Of([.. _seconds[name].Select(s => s * factor)]);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Median, least and most.</summary>
    internal readonly record struct Spread(double Middle, double Least, double Most)
    {
        public static Spread Of(double[] values) => new(Median(values), values.Min(), values.Max());

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Middle:G3} ({Least:G3}–{Most:G3})");
    }
}
