namespace AttentionNotebooks.Charts;

/// <summary>The charts, drawn with Plotly.NET; one file per family of charts. A notebook has them as <see cref="Kit.Plot"/>.</summary>
public sealed partial class Plots : IPlots
{
    private static void Require(bool fits, string problem, string parameter)
    {
        if (!fits) throw new ArgumentException(problem, parameter);
    }
}
