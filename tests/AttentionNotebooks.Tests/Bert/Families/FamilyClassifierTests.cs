using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>The head for classes of each family, against plain loops over the weights in the file.</summary>
public sealed class FamilyClassifierTests : IDisposable
{
    private static readonly string[] Labels = ["bad", "good", "so-so"];

    private readonly TestFolder folder = new();

    // Hugging Face's classes: a map of the first token's state, an activation, a map with a row per class.
    [Theory]
    [InlineData("distilbert", "pre_classifier", "classifier", "relu")]
    [InlineData("electra", "classifier.dense", "classifier.out_proj", "gelu")]
    [InlineData("roberta", "classifier.dense", "classifier.out_proj", "tanh")]
    [InlineData("mpnet", "classifier.dense", "classifier.out_proj", "tanh")]
    public void Logits_are_those_of_plain_loops_before_and_after_a_gate_is_folded(string family, string dense, string output,
        string activation)
    {
        using var scope = NewDisposeScope();
        using (var start = Start(family))
        using (var made = ClassifierCheckpoint.Create(start, Labels, seed: 3))
        {
            Randomise(made);
            made.Save(folder["tuned"]);
        }
        using var loaded = ClassifierCheckpoint.Load(folder["tuned"]);
        Assert.Empty(loaded.UnusedKeys);
        var ids = BertFixtures.Batch([5, 6, 7, 8, 9]);
        AssertLogits(loaded, "tuned");
        var gated = ModelCalibration.Identity(loaded.Config.Grid).With(new Head(0, 1), HeadCalibration.Identity with { Gate = 0.25 });
        CalibrationExport.Export(folder["tuned"], gated, folder["folded"]);
        using var folded = ClassifierCheckpoint.Load(folder["folded"]);
        Assert.Equal(Labels, folded.Labels);
        AssertLogits(folded, "folded");
        Assert.NotEqual(loaded.Model.forward(ids).Floats(), folded.Model.forward(ids).Floats());

        void AssertLogits(ClassifierCheckpoint model, string name)
        {
            double[] first = [.. model.Encoder.Model.Bert.forward(ids)[0, 0].contiguous().Floats().Select(x => (double)x)];
            using var file = SafetensorsFile.Open(folder[name, "model.safetensors"]);
            double[] inner = [.. Dense(file, dense, first).Select(x => Activated(activation, x))];
            double[] expected = Dense(file, output, inner);
            Assert.Equal(Labels.Length, expected.Length);
            float[] logits = model.Model.forward(ids).Floats();
            Assert.Equal(expected.Length, logits.Length);
            foreach (var (wanted, logit) in expected.Zip(logits)) Assert.Equal(wanted, logit, 1e-5);
        }
    }

    public void Dispose() => folder.Dispose();

    private Checkpoint Start(string family) => family == "mpnet"
        ? Checkpoint.Load(Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Golden", "mpnet-texts"))
        : FamilyTests.Small(family, 4, folder["start"]);

    // Biases too, so that a forgotten one shows.
    private static void Randomise(ClassifierCheckpoint model)
    {
        using var noGradients = no_grad();
        var random = new Random(5);
        foreach (var (name, parameter) in model.Model.named_parameters())
            if (BertForSequenceClassification.IsHead(name))
                parameter.copy_(tensor(Enumerable.Range(0, (int)parameter.numel()).Select(_ => random.NextSingle() - 0.5f).ToArray())
                    .view(parameter.shape));
    }

    private static double[] Dense(SafetensorsFile file, string name, double[] x)
    {
        float[] weight = file.ReadSingles(name + ".weight"), bias = file.ReadSingles(name + ".bias");
        var result = new double[bias.Length];
        for (int o = 0; o < bias.Length; o++)
        {
            result[o] = bias[o];
            for (int i = 0; i < x.Length; i++) result[o] += weight[o * x.Length + i] * x[i];
        }
        return result;
    }

    // gelu(x) = x·Φ(x), with the distribution function by its integral.
    private static double Activated(string name, double x)
    {
        if (name == "tanh") return Math.Tanh(x);
        if (name == "relu") return Math.Max(0, x);
        const int Steps = 20_000;
        double step = x / Steps, area = 0;
        for (int i = 0; i < Steps; i++)
        {
            double middle = (i + 0.5) * step;
            area += Math.Exp(-middle * middle / 2) * step;
        }
        return x * (0.5 + area / Math.Sqrt(2 * Math.PI));
    }
}
