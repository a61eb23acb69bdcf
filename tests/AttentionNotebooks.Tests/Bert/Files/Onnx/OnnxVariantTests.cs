using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// One thing in a BERT's graph is written differently. Where that leaves a model that the kit can compute, its maps are those of ONNX
/// Runtime; where it does not, the file is refused, for the maps would be those of another model.
/// </summary>
public sealed class OnnxVariantTests : IDisposable
{
    private static readonly long[] Ids = [2, 7, 8, 9, 10, 11, 12, 3], Seen = [1, 1, 1, 1, 1, 1, 1, 1], Segments = [0, 0, 0, 0, 1, 1, 1, 1];

    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("")]
    [InlineData("queries and keys change places")]
    [InlineData("negated queries and keys")]
    [InlineData("another scale in the last layer")]
    [InlineData("padding is hidden by its id")]
    [InlineData("places of ones")]
    [InlineData("roberta")]
    [InlineData("roberta with padding counted on")]
    public void What_is_read_has_the_maps_of_ONNX_Runtime(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = Write(kind);
        using var session = Session();
        using var results = session.Run([Given("a", Ids), Given("b", Seen), Given("c", Segments)], OnnxVariants.Maps);
        using var checkpoint = Checkpoint.Load(folder.Root);
        int layer = 0;
        var segments = kind.StartsWith("roberta", StringComparison.Ordinal) ? null : tensor(Segments, [1, 8]);
        checkpoint.Encoder.Visit(tensor(Ids, [1, 8]), segments, tensor(Seen, [1, 8]), (_, maps) =>
        {
            var expected = tensor(results[layer++].AsTensor<float>().ToArray(), maps.shape);
            Assert.InRange(expected.sub(maps).abs().max().item<float>(), 0, 1e-4f);
            Assert.True(maps.max().item<float>() > 0.9); // far from all alike: another model would be seen
        });
        Assert.Equal(2, layer);
    }

    [Fact]
    public void Scaled_queries_before_an_operator_with_a_scale_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var model = Write("scaled before the operator");
        using var session = Session();
        using var results = session.Run([Given("a", Ids), Given("b", Seen), Given("c", Segments)], [OnnxVariants.States]);
        using var checkpoint = Checkpoint.Load(folder.Root);
        var states = checkpoint.Model.Bert.forward(tensor(Ids, [1, 8]), tensor(Segments, [1, 8]), tensor(Seen, [1, 8]));
        var expected = tensor(results[0].AsTensor<float>().ToArray(), states.shape);
        Assert.InRange(expected.sub(states).abs().max().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void Positions_that_are_widened_again_and_again_are_the_table_that_was_looked_up()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(layers: 1), withHead: false);
        File.WriteAllBytes(folder["model.onnx"], new OnnxOtherModels(model, "widened positions").File());
        OnnxGolden.Vocabulary(folder, 14);
        using var checkpoint = Checkpoint.Load(folder.Root);
        Assert.Equal(model.Bert.forward(tensor(Ids, [1, 8])).Floats(), checkpoint.Model.Bert.forward(tensor(Ids, [1, 8])).Floats());
    }

    [Theory]
    [InlineData("segments are always 1", "looks up segments by neither an input of the graph nor 0")]
    [InlineData("segments change places", "looks up segments by neither an input of the graph nor 0")]
    [InlineData("the next word", "looks up segments by neither an input of the graph nor 0")]
    [InlineData("positions from the end", "does not count positions from 0")]
    [InlineData("every other position", "does not count positions from 0")]
    [InlineData("positions from 2 behind another node", "does not count positions from 0")]
    [InlineData("positions less from the length", "counts positions in a way that is not read")]
    [InlineData("positions doubled", "counts positions in a way that is not read")]
    [InlineData("positions in a circle", "counts positions in a way that is not read")]
    [InlineData("every other row", "is no embedding of tokens that is read")]
    [InlineData("roberta before the token", "counts positions in a way that is not read")]
    [InlineData("roberta from the end", "counts positions in a way that is not read")]
    [InlineData("roberta after others", "counts positions in a way that is not read")]
    [InlineData("roberta counts padding", "counts positions in a way that is not read")]
    [InlineData("heads across tokens", "texts are cut into heads across tokens")]
    [InlineData("heads across tokens in an operator", "texts are cut into heads across tokens")]
    [InlineData("a triangle of whole numbers", "hides later tokens")]
    [InlineData("itself hidden", "lets attention depend on the distance of tokens")]
    [InlineData("a diagonal", "lets attention depend on the distance of tokens")]
    [InlineData("later tokens weigh more", "lets attention depend on the places of tokens")]
    [InlineData("padding weighs a little less", "does not hide what b marks as padding with 0")]
    [InlineData("tokens hidden", "does not hide what b marks as padding with 0")]
    [InlineData("its own segment", "lets attention depend on the segments of tokens (c)")]
    [InlineData("scores twice", "adds learnt numbers to the scores")]
    [InlineData("no Softmax in the last layer", "is attention in a layer of a structure that is not read")]
    [InlineData("scaled values", "the values are scaled")]
    [InlineData("scaled probabilities", "a Softmax was expected")]
    [InlineData("scaled words", "a table of embeddings was expected")]
    [InlineData("a scale for each head", "heads are split and put together in different ways")]
    [InlineData("epsilon of the last layer", "layer_norm_eps differs from that of others")]
    [InlineData("activation of the last layer", "hidden_act differs from that of others")]
    [InlineData("biases twice", "a linear map with a bias, and the states that entered it, were expected")]
    [InlineData("scores times the mask", "the product of queries and keys was expected")]
    public void What_would_have_other_maps_is_refused(string kind, string problem)
    {
        Write(kind).Dispose();
        Session().Dispose(); // a valid file
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root));
        Assert.Equal(folder["model.onnx"], error.InputSource);
        Assert.StartsWith("node ", error.Place, StringComparison.Ordinal);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private InferenceSession Session()
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(folder["model.onnx"], options);
    }

    private static NamedOnnxValue Given(string name, long[] values) =>
        NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(values, [1, values.Length]));

    private BertForMaskedLM Write(string kind)
    {
        bool roberta = kind.StartsWith("roberta", StringComparison.Ordinal);
        var config = BertFixtures.Config(layers: 2);
        var model = BertFixtures.Model(roberta
            ? config with { ModelType = "roberta", PositionPaddingId = 1, TypeVocabSize = 1, HeadAct = "gelu" } : config);
        using (no_grad())
            foreach (var parameter in model.parameters()) parameter.mul_(3);
        File.WriteAllBytes(folder["model.onnx"], new OnnxVariants(model, kind).File());
        OnnxGolden.Vocabulary(folder, 14, roberta);
        return model;
    }
}
