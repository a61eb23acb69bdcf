using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Features;

/// <summary>Sums that formulas are made of, as a user writes them in one line.</summary>
public class LayerSumsTests
{
    private static readonly int[] Lengths = [7, 30, 18, 2];

    private static readonly (HeadFeature Own, Func<Tensor, LayerMaps, Tensor> User)[] Formulas =
    [
        (DistanceFeatures.MeanDistance, (a, t) => t.Weighted(a, t.Distance)),
        (DistanceFeatures.MeanOffset, (a, t) => (a * t.Offset).sum([-2, -1]) / t.Lengths),
        (ConcentrationFeatures.Entropy, (_, t) => t.MeanOverQueries(t.RowEntropy())),
        (ConcentrationFeatures.MaxWeight, (a, t) => t.MeanOverQueries(a.amax([-1]))),
        (TokenFeatures.Previous, (a, t) => a.diagonal(-1, -2, -1).sum(dim: -1) / t.Lengths),
        (TokenFeatures.Sep, (a, t) => t.OnKeys(a, t.IsSep)),
        (TokenFeatures.Cls, (a, t) => t.OnKeys(a, t.MarkPositions(_ => [0]))),
    ];

    [Fact]
    public void Formulas_of_a_user_give_what_the_kit_s_own_give()
    {
        var source = new MapsInMemory(new HeadGrid(2, 3), [.. Lengths.Select((n, i) => new AttentionText($"{i}", n, null))],
            (t, h) => Maps.Random(Lengths[t], 100 * t + 10 * h.Layer + h.Index));
        var own = source.Extract([.. Formulas.Select(f => f.Own)]);
        var user = source.Extract([.. Formulas.Select(f => new HeadFeature(f.Own.Name, f.Own.Unit, f.User))]);
        foreach (var (feature, _) in Formulas)
            Assert.All(own.Column(feature.Name).Zip(user.Column(feature.Name)), v => Assert.Equal(v.First, v.Second, 2e-6));
    }
}
