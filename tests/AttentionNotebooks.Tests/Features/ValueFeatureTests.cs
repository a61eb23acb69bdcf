using AttentionNotebooks.Tests.Attention;
using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Tests.Features;

/// <summary>Attention weighed by values: against a forward pass on plain arrays, and on maps whose values are given.</summary>
public class ValueFeatureTests
{
    private static readonly string[] Texts = ["the cat sat", "a dog", "the dog playing, the cat played a cat"];

    [Fact]
    public void Norms_and_features_agree_with_plain_arrays_in_every_layer()
    {
        using var folder = new TestFolder();
        using var model = LiveAttentionTests.Model(folder);
        var source = new LiveAttention(model, Texts);
        HeadFeature[] features = [.. ValueFeatures.All, .. WordFeatures.All.Where(f => f.Needs.HasFlag(FeatureNeeds.Values))];
        var values = source.Record(features);
        var weights = BertFixtures.Weights(model.Model);
        var config = model.Config;
        var reference = new ReferenceBert(weights, config.NumHiddenLayers, config.NumAttentionHeads, config.HiddenSize);
        for (int t = 0; t < Texts.Length; t++)
        {
            var (attention, hidden, _) = reference.Run(model.Tokenizer.Encode(Texts[t]).Ids);
            foreach (var head in source.Grid.All())
            {
                double[] norms = [.. hidden[head.Layer].Select(x => Norm(weights, config, head, x))];
                foreach (var f in features)
                    Assert.Equal(SlowFeatures.Of(f.Name, attention[head.Layer][head.Index], source.Texts[t], norms),
                        values[t, head, f.Name], 2e-4);
            }
        }
    }

    [Fact]
    public void A_key_that_hands_over_nothing_does_not_count()
    {
        // Attention: half on the first token, half on the last, whose value is 0.
        using var scope = torch.NewDisposeScope();
        using var batch = new TextBatch([new AttentionText("0", 4, null)], [0]);
        var map = torch.tensor(new float[,,,] { { { { .5f, 0, 0, .5f }, { .5f, 0, 0, .5f }, { .5f, 0, 0, .5f }, { .5f, 0, 0, .5f } } } });
        using var maps = new LayerMaps(batch, 0, map, torch.tensor(new float[,,] { { { 2, 1, 1, 0 } } }));
        double Of(HeadFeature f) => f.Compute(maps).item<float>();
        Assert.Equal(1, Of(ValueFeatures.NormCls), 1e-6);
        Assert.Equal(0, Of(ValueFeatures.NormSep), 1e-6);
        Assert.Equal((0 + 1 + 2 + 3) / 4.0, Of(ValueFeatures.NormDistance), 1e-6);
        Assert.Equal(1, Of(ValueFeatures.NormMass), 1e-6);
        Assert.Equal(1, Of(ValueFeatures.ValueNorm), 1e-6);
    }

    [Fact]
    public void Equal_values_change_nothing()
    {
        using var scope = torch.NewDisposeScope();
        using var batch = new TextBatch([new AttentionText("0", 5, null)], [0]);
        var random = Maps.Random(5, 1);
        var map = torch.tensor(random.Cast<double>().Select(v => (float)v).ToArray()).view(1, 1, 5, 5);
        using var maps = new LayerMaps(batch, 0, map, torch.full([1, 1, 5], 3f));
        Assert.Equal(DistanceFeatures.MeanDistance.Compute(maps).item<float>(), ValueFeatures.NormDistance.Compute(maps).item<float>(),
            1e-6);
    }

    [Fact]
    public void No_tensor_is_left_behind_by_any_feature_of_a_live_model()
    {
        using var folder = new TestFolder();
        using var model = LiveAttentionTests.Model(folder);
        var source = new LiveAttention(model, Texts);
        var all = FeatureCatalogue.For(source).Possible(source).Where(f => f != StabilityFeatures.ContentShare).ToArray();
        source.Extract(all);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) source.Extract(all, new VisitOptions(TokensPerBatch: 12));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_visit_without_such_features_does_not_compute_values()
    {
        using var folder = new TestFolder();
        using var model = LiveAttentionTests.Model(folder);
        Assert.Throws<InputException>(() => new LiveAttention(model, Texts).Visit(new Asking()));
    }

    private sealed class Asking : IAttentionVisitor
    {
        public void Visit(LayerMaps maps) => _ = maps.ValueNorms;
    }

    // |(x·W^V + b^V)·W^O| of one head, in loops.
    private static double Norm(Dictionary<string, double[]> weights, BertConfig config, Head head, double[] x)
    {
        string at = $"bert.encoder.layer.{head.Layer}.attention.";
        double[] value = weights[at + "self.value.weight"], bias = weights[at + "self.value.bias"],
            output = weights[at + "output.dense.weight"];
        int size = config.HiddenSize, d = config.HeadSize, from = head.Index * d;
        double[] v = [.. Enumerable.Range(from, d).Select(r => bias[r] + Enumerable.Range(0, size).Sum(c => value[r * size + c] * x[c]))];
        return Math.Sqrt(Enumerable.Range(0, size)
            .Sum(r => Math.Pow(Enumerable.Range(0, d).Sum(k => output[r * size + from + k] * v[k]), 2)));
    }
}
