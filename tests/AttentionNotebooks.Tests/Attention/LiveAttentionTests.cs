using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>A model that runs, as an attention source: against plain-array BERT, padding, and itself in other batches.</summary>
public class LiveAttentionTests
{
    private static readonly string[] Texts = ["the cat sat", "a dog", "the dog playing, the cat played a cat", "sat"];

    [Fact]
    public void Maps_agree_with_a_forward_pass_on_plain_arrays()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        var reference = ReferenceBert.Load(folder.Root);
        var source = new LiveAttention(model, Texts);
        for (int t = 0; t < Texts.Length; t++)
        {
            var (maps, expected) = (source.Maps(t), reference.Run(model.Tokenizer.Encode(Texts[t]).Ids).Attention);
            foreach (var head in source.Grid.All()) AssertClose(expected[head.Layer][head.Index], maps[head]);
        }
    }

    [Fact]
    public void In_a_padded_batch_each_text_has_the_map_it_has_alone()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        var source = new LiveAttention(model, Texts);
        source.Visit(new Each((batch, layer, a) =>
        {
            Assert.Equal(4, batch.Count);
            for (int b = 0; b < batch.Count; b++)
            {
                int n = batch.Texts[b].Length;
                var alone = source.Maps(batch.Indices[b]);
                for (int h = 0; h < source.Grid.Heads; h++)
                    for (int i = 0; i < batch.Length; i++)
                        for (int j = 0; j < batch.Length; j++)
                            Assert.Equal(i < n && j < n ? alone[layer, h][i, j] : 0, a[b, h, i, j].Value<float>(), 1e-6);
            }
        }), new VisitOptions(TokensPerBatch: 1000));
    }

    [Fact]
    public void Saved_maps_give_the_features_of_the_live_model()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        var live = new LiveAttention(model, Texts);
        MapWriter.Save(live, folder["maps.npz"]);
        var saved = MapArchive.Open(folder["maps.npz"], MapWriter.TokensFileOf(folder["maps.npz"]));
        Assert.Equal(live.Texts.Select(t => string.Join(' ', t.Tokens!)), saved.Texts.Select(t => string.Join(' ', t.Tokens!)));
        var (a, b) = (live.Extract(), saved.Extract());
        foreach (string f in a.Features) Assert.All(a.Column(f).Zip(b.Column(f)), v => Assert.Equal(v.First, v.Second, 1e-5));
    }

    [Fact]
    public void Saving_twice_gives_the_same_bytes()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        MapWriter.Save(new LiveAttention(model, Texts), folder["a.npz"]);
        MapWriter.Save(new LiveAttention(model, Texts), folder["b.npz"]);
        Assert.Equal(File.ReadAllBytes(folder["a.npz"]), File.ReadAllBytes(folder["b.npz"]));
    }

    [Fact]
    public void Shards_of_a_live_model_merge_to_the_whole_bit_for_bit()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        var source = new LiveAttention(model, [.. Enumerable.Range(0, 5).SelectMany(_ => Texts)]);
        var options = new VisitOptions(TokensPerBatch: 24);
        var merged = new FeatureReducer(source.Grid, StandardFeatures.All);
        for (int shard = 0; shard < 3; shard++)
        {
            var part = new FeatureReducer(source.Grid, StandardFeatures.All);
            source.Visit(part, options with { Shard = shard, Shards = 3 });
            merged.Merge(part);
        }
        Assert.Equal(source.Extract(options: options).ToCsv(), merged.ToTable().ToCsv());
    }

    [Fact]
    public void Texts_that_are_too_long_are_cut_and_counted()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        var source = new LiveAttention(model, Texts, maxLength: 5);
        Assert.Equal(1, source.Truncated);
        Assert.Equal("[SEP]", source.Texts[2].Tokens![^1]);
        Assert.Equal(5, source.Texts[2].Length);
    }

    [Fact]
    public void An_empty_text_is_refused()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        Assert.Contains("text 1: has no token", Assert.Throws<InputException>(() => new LiveAttention(model, ["a cat", "  "])).Message);
        Assert.Throws<InputException>(() => new LiveAttention(model, Array.Empty<string>()));
    }

    [Fact]
    public void No_tensor_outlives_a_visit()
    {
        using var folder = new TestFolder();
        using var model = Model(folder);
        var source = new LiveAttention(model, Texts);
        source.Extract();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++) source.Extract(options: new VisitOptions(TokensPerBatch: 16));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>A small random model, saved to the folder and loaded from it.</summary>
    internal static Checkpoint Model(TestFolder folder)
    {
        using var model = BertFixtures.Model(BertFixtures.Config());
        Checkpoint.Save(folder.Root, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        return Checkpoint.Load(folder.Root);
    }

    private static void AssertClose(double[,] expected, float[,] actual)
    {
        for (int i = 0; i < expected.GetLength(0); i++)
            for (int j = 0; j < expected.GetLength(1); j++) Assert.Equal(expected[i, j], actual[i, j], 1e-5);
    }

    private sealed class Each(Action<TextBatch, int, torch.Tensor> visit) : IAttentionVisitor
    {
        public void Visit(LayerMaps maps) => visit(maps.Batch, maps.Layer, maps.Probabilities);
    }
}
