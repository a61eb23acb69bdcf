using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>A small model with random weights in a folder of its own, and texts for it.</summary>
internal sealed class RandomBert : IDisposable
{
    private readonly TestFolder _folder = new();

    public RandomBert(int seed = 1, int layers = 3)
    {
        using var model = BertFixtures.Model(BertFixtures.Config(layers: layers), seed);
        Checkpoint.Save(Folder, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        Model = Checkpoint.Load(Folder);
    }

    public static readonly string[] Texts =
    [
        "the cat sat", "a dog playing", "the dog sat , the cat sat", "a cat , a dog", "the cat played", "a dog sat , playing the cat",
            "the dog , the dog , a cat sat",
        "sat the cat", "dog , cat", "playing , playing", "the cat the dog", "a cat played a dog",
    ];

    public string Folder => _folder["model"];

    public string this[string name] => _folder[name];

    public Checkpoint Model { get; }

    public HeadGrid Grid => new(Model.Config.NumHiddenLayers, Model.Config.NumAttentionHeads);

    /// <summary>A setting for every head, all different.</summary>
    public ModelCalibration Everything(int seed = 3)
    {
        var random = new Random(seed);
        double Draw(double low, double high) => low + (high - low) * random.NextDouble();
        return new ModelCalibration(Grid, [.. Grid.All().Select((_, i) => new HeadCalibration(1 / Draw(0.3, 2), Draw(-2, 2), Draw(0, 2))
        {
            Priors = i % 3 == 0 ? [] : i % 3 == 1 ? [new GaussianPrior(Draw(-4, 4), Draw(0.4, 3), Draw(-3, 3))]
                : [new GaussianPrior(-1, 1, 2), new BucketPrior([.. Enumerable.Range(0, BucketPrior.Count).Select(_ => Draw(-2, 2))])],
        })]);
    }

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
