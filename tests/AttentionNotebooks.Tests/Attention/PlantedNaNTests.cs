using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>A NaN that arises in the forward pass is named where it arises, and reaches no table.</summary>
public class PlantedNaNTests
{
    [Theory]
    [InlineData(0, 3), InlineData(1, 2), InlineData(2, 0)]
    public void A_head_whose_scores_are_no_numbers_is_named_with_its_text(int layer, int head)
    {
        using var folder = new TestFolder();
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        using (no_grad())
        {
            using var scope = NewDisposeScope();
            var bias = model.Model.named_parameters()
                .Single(p => p.name.EndsWith($"layer.{layer}.attention.self.query.bias", StringComparison.Ordinal)).parameter;
            float[] values = bias.detach().Floats();
            values[head * 4] = float.NaN; // heads of 4 of the 16 columns
            bias.copy_(tensor(values));
        }
        var error = Assert.Throws<InputException>(() => new LiveAttention(model, ["the cat sat"]).Maps(0));
        Assert.Equal($"head {new Head(layer, head)}, row 0", error.Place);
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NaN_that_an_edit_makes_in_one_cell_is_named()
    {
        using var folder = new TestFolder();
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var hooks = new AttentionHooks
        {
            EditProbabilities = (layer, a) =>
            {
                if (layer != 1) return a;
                float[] values = a.Floats();
                values[values.Length - 1] = float.NaN; // the last head, the last row, the last key
                return tensor(values, a.shape);
            },
        };
        var source = new LiveAttention(model, ["the cat sat"]) { Edits = (hooks, "a NaN") };
        Assert.Equal("head 1-3, row 4", Assert.Throws<InputException>(() => source.Maps(0)).Place);
    }
}
