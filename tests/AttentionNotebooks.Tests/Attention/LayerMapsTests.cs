using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>One layer's maps of a batch, as a visitor gets them.</summary>
public class LayerMapsTests
{
    [Fact]
    public void Texts_come_one_by_one_without_their_padding()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(3, 1);
        using var maps = new LayerMaps(batch, 0, arange(2 * 2 * 9).view(2, 2, 3, 3).to_type(ScalarType.Float32));
        var texts = maps.PerText().Select(t => (t.Row, t.Index, t.Text.Id, Weights: t.Maps.Floats())).ToArray();
        Assert.Equal([(0, 10, "0"), (1, 11, "1")], texts.Select(t => (t.Row, t.Index, t.Id)));
        Assert.Equal(Enumerable.Range(0, 18).Select(i => (float)i), texts[0].Weights);
        Assert.Equal([18f, 27f], texts[1].Weights); // one token: the first weight of each head
    }

    [Fact]
    public void What_the_body_of_the_loop_over_texts_makes_goes_with_its_text()
    {
        using var batch = Batch(3, 2, 1);
        using var weights = zeros(3, 2, 3, 3);
        using var maps = new LayerMaps(batch, 0, weights);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (var text in maps.PerText())
        {
            if (text.Row == 1) continue;
            _ = text.Maps.exp().sum();
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void What_formulas_share_is_made_once_and_gone_with_the_layer()
    {
        using var batch = Batch(2);
        using var weights = ones(1, 1, 2, 2);
        var maps = new LayerMaps(batch, 0, weights, zeros(1, 1, 2));
        int made = 0;
        Tensor Ask() => maps.Shared("twice", () =>
        {
            made++;
            return weights.Plus(weights);
        });
        Tensor shared;
        using (NewDisposeScope()) shared = Ask(); // outlives the formula that asked first
        Assert.Same(shared, Ask());
        Assert.Equal(1, made);
        Assert.Equal([2f, 2f, 2f, 2f], shared.Floats());
        var norms = maps.ValueNorms;
        maps.Dispose();
        Assert.True(shared.IsInvalid);
        Assert.True(norms.IsInvalid);
        Assert.False(weights.IsInvalid);
    }

    [Fact]
    public void Maps_of_a_source_without_values_have_no_norms()
    {
        using var batch = Batch(2);
        using var weights = ones(1, 1, 2, 2);
        using var maps = new LayerMaps(batch, 0, weights);
        Assert.Contains("saved maps", Assert.Throws<InputException>(() => maps.ValueNorms).Message);
    }

    [Fact]
    public void What_the_layers_below_make_does_not_depend_on_how_often_it_is_asked_for()
    {
        using var below = new LayersBelow();
        float Sum(int layer) => below.Of(layer, "sum", () => zeros(1), s => s.Plus(tensor(new[] { layer + 1f }))).Floats()[0];
        // Layers 0 to 3 add 1 to 4; then the next batch begins.
        Assert.Equal([0f, 0f, 1f, 3f, 3f, 3f, 6f, 0f, 1f], new[] { 0, 0, 1, 2, 2, 2, 3, 0, 1 }.Select(Sum));
    }

    [Theory]
    [InlineData(1), InlineData(0, 2), InlineData(0, 1, 0, 2)]
    public void What_the_layers_below_make_is_an_error_where_one_was_left_out(params int[] layers)
    {
        using var below = new LayersBelow();
        void Ask(int layer) => below.Of(layer, "sum", () => zeros(1), s => s.clone());
        foreach (int layer in layers[..^1]) Ask(layer);
        var left = Assert.Throws<InvalidOperationException>(() => Ask(layers[^1]));
        Assert.Equal("the sum was not asked for in the layer below", left.Message);
    }

    [Fact]
    public void What_the_layers_below_make_leaves_no_tensor_behind()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var below = new LayersBelow())
            foreach (int layer in new[] { 0, 1, 2, 0, 1 }) below.Of(layer, "sum", () => zeros(1), s => s.clone());
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static TextBatch Batch(params int[] lengths) =>
        new([.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))], [.. lengths.Select((_, i) => 10 + i)]);
}
