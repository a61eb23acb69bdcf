using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Functions.Tasks;

public sealed class SentenceEmbeddingTests : IDisposable
{
    private static readonly string[] Texts = ["the cat sat", "a dog", "the dog sat , the cat sat"];
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData(Pooling.Mean), InlineData(Pooling.Cls)]
    public void It_is_what_plain_arrays_give_alone_or_filled_up_in_a_batch(Pooling pooling)
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var reference = ReferenceAnswers.With(model);
        float[][] ours = SentenceEmbedding.Compute(model, Texts, pooling);
        foreach (var (text, embedding) in Texts.Zip(ours))
        {
            double[] expected = Slow(reference, model.Tokenizer.Encode(text).Ids, pooling);
            foreach (var (e, o) in expected.Zip(embedding)) Assert.Equal(e, o, 1e-5);
            Assert.Equal(1, embedding.Sum(v => (double)v * v), 1e-5);
        }
    }

    [Fact]
    public void A_mean_of_three_tokens_can_be_checked_by_hand()
    {
        // [CLS] "cat" [SEP] with states (3, 0), (0, 3), (0, 1): the mean is (1, 4/3), its length 5/3.
        using var scope = TorchSharp.torch.NewDisposeScope();
        double[] mean = [1, 4 / 3.0];
        double length = Math.Sqrt(mean.Sum(v => v * v));
        Assert.Equal(5 / 3.0, length, 1e-12);
        Assert.Equal([0.6, 0.8], mean.Select(v => Math.Round(v / length, 12)));
        float[] pooled = SentenceEmbedding.Pool(TorchSharp.torch.tensor(new float[] { 3, 0, 0, 3, 0, 1, 100, 100 }, [1, 4, 2]),
            TorchSharp.torch.tensor(new long[] { 1, 1, 1, 0 }, [1, 4]), Pooling.Mean).Floats();
        Assert.Equal(0.6, pooled[0], 1e-6);
        Assert.Equal(0.8, pooled[1], 1e-6);
    }

    [Fact]
    public void A_folder_of_sentence_transformers_says_how_tokens_become_a_text()
    {
        Assert.Equal(Pooling.Mean, SentenceEmbedding.PoolingOf(folder.Root));
        void Says(string json) => folder.Write(Path.Combine("1_Pooling", "config.json"), json);
        Directory.CreateDirectory(folder["1_Pooling"]);
        Says("""{"word_embedding_dimension": 384, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""");
        Assert.Equal(Pooling.Cls, SentenceEmbedding.PoolingOf(folder.Root));
        Says("""{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}""");
        Assert.Equal(Pooling.Mean, SentenceEmbedding.PoolingOf(folder.Root));
        Says("""{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}""");
        Assert.Contains("asks for pooling_mode_mean_tokens and pooling_mode_max_tokens", Refused());
        Says("{}");
        Assert.Contains("names no pooling", Refused());
        Says("""{"pooling_mode_cls_token": true}""");
        Directory.CreateDirectory(folder["2_Dense"]);
        Assert.Contains("2_Dense: is a learnt map behind the pooling", Refused());
        Directory.Delete(folder["1_Pooling"], recursive: true);
        Assert.Contains("2_Dense: is a learnt map behind the pooling", Refused());
    }

    [Fact]
    public void The_name_of_an_encoder_of_the_build_stands_for_its_folder()
    {
        Assert.SkipUnless(PackagedEncoders.Folder(PackagedEncoders.ArcticXs) is null, "built with -p:ArcticXs=true; build without it");
        var error = Assert.Throws<InputException>(() => SentenceEmbedding.PoolingOf(PackagedEncoders.ArcticXs));
        Assert.Equal("is not beside the kit", error.Problem);
    }

    public void Dispose() => folder.Dispose();

    internal static double[] Slow(ReferenceBert reference, int[] ids, Pooling pooling = Pooling.Mean)
    {
        double[][] states = reference.Run(ids).Hidden[^1];
        double[] pooled = pooling == Pooling.Cls ? states[0]
            : [.. Enumerable.Range(0, states[0].Length).Select(d => states.Average(s => s[d]))];
        double length = Math.Sqrt(pooled.Sum(v => v * v));
        return [.. pooled.Select(v => v / length)];
    }

    private string Refused() => Assert.Throws<InputException>(() => SentenceEmbedding.PoolingOf(folder.Root)).Message;
}
