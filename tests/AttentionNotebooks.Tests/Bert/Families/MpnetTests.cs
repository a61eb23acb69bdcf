using System.IO.Compression;
using System.Text.Json;
using AttentionNotebooks.Tests.Features;
using TorchSharp;
using static AttentionNotebooks.TokenRole;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>MPNet against what transformers 5.24.0 computes (Golden/mpnet and Golden/mpnet-texts).</summary>
public sealed class MpnetTests : IDisposable
{
    private static readonly string Ids = Golden("mpnet"), Texts = Golden("mpnet-texts");

    private readonly TestFolder folder = new();

    [Fact]
    public void Hidden_states_maps_logits_and_texts_without_a_head_are_those_of_transformers()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = OfIds();
        Assert.Empty(checkpoint.UnusedKeys);
        var model = checkpoint.Model;
        var (ids, lengths) = Batch();
        var mask = ids.ne(1);
        var states = model.Bert.HiddenStates(ids, mask: mask);
        Assert.Equal(4, states.Length);
        for (int l = 0; l < states.Length; l++) Close(Array($"hidden_{l}"), states[l], lengths);
        var maps = new List<Tensor>();
        checkpoint.Encoder.Visit(ids, null, mask, (_, p) => maps.Add(p.clone().DetachFromDisposeScope()));
        Assert.Equal(3, maps.Count);
        for (int l = 0; l < maps.Count; l++) Close(Array($"attention_{l}"), maps[l], lengths);
        // Logits reach 20, and a small one is a difference of large products.
        Close(Array("logits"), model.forward(ids, mask: mask), lengths, Array("logits").Values.Max(Math.Abs));
        foreach (var head in new[] { new Head(0, 0), new Head(2, 3), new Head(1, 2) })
        {
            var without = checkpoint.Encoder.forward(ids, mask: mask, hooks: new AttentionHooks
            {
                EditHeads = (layer, heads) =>
                {
                    if (layer == head.Layer) heads[TensorIndex.Colon, head.Index] = zeros_like(heads[TensorIndex.Colon, head.Index]);
                    return heads;
                },
            });
            Close(Array($"removed_{head.Layer}_{head.Index}"), without, lengths);
        }
        maps.ForEach(m => m.Dispose());
    }

    [Fact]
    public void A_text_alone_has_the_states_it_has_in_a_padded_batch()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = OfIds();
        var (ids, lengths) = Batch();
        for (int b = 0; b < lengths.Length; b++)
            Close(Array($"alone_{b}"), checkpoint.Encoder.forward(ids.narrow(0, b, 1).narrow(1, 0, lengths[b]))[0]);
    }

    [Fact]
    public void Texts_and_pairs_have_the_ids_offsets_and_maps_of_transformers()
    {
        using var checkpoint = Checkpoint.Load(Texts);
        string[][] texts = [.. File.ReadLines(Path.Combine(Texts, "texts.txt")).Select(l => l.Split('\t'))];
        var tokenizer = checkpoint.Tokenizer;
        TokenizedText[] encoded = [.. texts.Select(t => t.Length == 1 ? tokenizer.Encode(t[0]) : tokenizer.Encode(t[0], t[1]))];
        var source = new LiveAttention(checkpoint, encoded);
        var saved = MapArchive.Open(Path.Combine(Texts, "maps.npz"));
        int line = 0;
        foreach (string json in File.ReadLines(Path.Combine(Texts, "ids.jsonl")))
        {
            using var parsed = JsonDocument.Parse(json);
            var expected = parsed.RootElement;
            var text = encoded[line];
            Assert.Equal(expected.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()), text.Ids);
            Assert.Equal(expected.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()), text.Tokens);
            Assert.Equal(expected.GetProperty("offsets").EnumerateArray().Select(o => (o[0].GetInt32(), o[1].GetInt32())), text.Offsets);
            var theirs = saved.Maps(line).Weights;
            var ours = source.Maps(line).Weights;
            Assert.Equal(theirs.Length, ours.Length);
            for (int i = 0; i < ours.Length; i++) Assert.Equal(theirs[i], ours[i], 1e-5);
            line++;
        }
        Assert.Equal(texts.Length, line);
    }

    [Fact]
    public void A_pair_has_two_end_tokens_between_and_one_segment()
    {
        using var checkpoint = Checkpoint.Load(Texts);
        var pair = checkpoint.Tokenizer.Encode("a good deal", "of plum");
        Assert.Equal(["<s>", "a", "good", "deal", "</s>", "</s>", "of", "pl", "##um", "</s>"], pair.Tokens);
        Assert.Equal([Cls, Word, Word, Word, Sep, Sep, Word, Word, Continuation, Sep], pair.Roles);
        Assert.All(pair.Segments, s => Assert.Equal(0, s));
        Assert.Equal([4, 5, 9], new LiveAttention(checkpoint, [pair]).Texts[0].SepPositions);
    }

    [Fact]
    public void A_saved_MPNet_is_read_again_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var first = Checkpoint.Load(Texts);
        Checkpoint.Save(folder["saved"], first.Model, first.Tokenizer);
        using var second = Checkpoint.Load(folder["saved"]);
        Assert.Equal(first.Config, second.Config);
        Assert.Contains("MPNetTokenizer", File.ReadAllText(folder["saved", "tokenizer_config.json"]), StringComparison.Ordinal);
        Assert.Contains("MPNetForMaskedLM", File.ReadAllText(folder["saved", "config.json"]), StringComparison.Ordinal);
        Assert.Equal(Keys(Texts), Keys(folder["saved"]));
        int[] ids = first.Tokenizer.Encode("a <mask> of water").Ids;
        Assert.Equal(ids, second.Tokenizer.Encode("a <mask> of water").Ids);
        var batch = BertFixtures.Batch(ids);
        Assert.True(first.Model.forward(batch).eq(second.Model.forward(batch)).all().Value<bool>());
    }

    [Fact]
    public void Ids_of_1500_lines_of_prose_are_those_of_transformers()
    {
        string tokenizers = Repository.SharedData("golden", "tokenizers");
        var tokenizer = TokenizerJson.Load(Path.Combine(tokenizers, "mpnet", "tokenizer.json"), 1 << 20, ModelFamily.Of("mpnet")!.Special);
        const int Lines = 1500; // of prose; the other lines are awkward strings, in which versions of Unicode differ too
        int compared = 0;
        string strings = Path.Combine(tokenizers, "strings.jsonl.gz"), goldenFile = Path.Combine(tokenizers, "mpnet", "golden.jsonl.gz");
        foreach (var (input, golden) in Parsed(strings).Zip(Parsed(goldenFile)).Take(Lines))
        {
            using (input)
            using (golden)
            {
                string text = input.RootElement.GetProperty("text").GetString()!;
                int[] expected = [.. golden.RootElement.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
                Assert.Equal(expected, tokenizer.Encode(text).Ids);
                compared++;
            }
        }
        Assert.Equal(Lines, compared);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-7, 7)]
    [InlineData(7, 23)]
    [InlineData(-8, 8)]
    [InlineData(-15, 9)]
    [InlineData(-16, 10)]
    [InlineData(-128, 15)]
    [InlineData(-500, 15)]
    [InlineData(500, 31)]
    public void Near_offsets_have_a_bucket_each_and_far_ones_share(int offset, int bucket) =>
        Assert.Equal(bucket, RelativeBuckets.BucketOf(offset));

    [Fact]
    public void Another_number_of_buckets_is_refused()
    {
        string config = File.ReadAllText(Path.Combine(Ids, "config.json"))
            .Replace("num_buckets\": 32", "num_buckets\": 64", StringComparison.Ordinal);
        var error = Assert.Throws<InputException>(() => BertConfig.Read(folder.Write("config.json", config)));
        Assert.Contains("relative_attention_num_buckets: is 64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_temperature_cannot_be_folded_into_weights_beside_which_a_bias_is_added()
    {
        using var checkpoint = Checkpoint.Load(Texts);
        var gated = ModelCalibration.Identity(checkpoint.Config.Grid).With(new Head(0, 1), HeadCalibration.Identity with { Gate = 0.5 });
        CalibrationExport.Fold(checkpoint, gated);
        var sharper = gated.With(new Head(0, 1), HeadCalibration.Identity with { Temperature = 2 });
        var error = Assert.Throws<InputException>(() => CalibrationExport.Fold(checkpoint, sharper));
        Assert.Contains("bias", error.Problem, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static string[] Keys(string checkpoint)
    {
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint, "model.safetensors"));
        return [.. file.Entries.Keys.Order(StringComparer.Ordinal)];
    }

    private static string Golden(string name) => Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Golden", name);

    // This checkpoint has no tokenizer, and its ids no meaning: any vocabulary of its size will do.
    private Checkpoint OfIds()
    {
        foreach (string name in new[] { "config.json", "model.safetensors" }) File.Copy(Path.Combine(Ids, name), folder[name]);
        string[] special = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"];
        folder.Write("vocab.txt", string.Join('\n', special.Concat(Enumerable.Range(0, 120 - special.Length).Select(i => $"w{i}"))));
        return Checkpoint.Load(folder.Root);
    }

    private static (Tensor Ids, int[] Lengths) Batch()
    {
        var ids = GoldenArrays.Read(Path.Combine(Ids, "golden.npz"), "input_ids");
        return (ids, [.. ids.data<long>().ToArray().Chunk((int)ids.shape[1]).Select(r => r.Count(i => i != 1))]);
    }

    private static NpyArray Array(string name)
    {
        string file = Path.Combine(Ids, "golden.npz");
        using var zip = ZipFile.OpenRead(file);
        return NpyArray.Read(zip.GetEntry(name + ".npy")!, file, name);
    }

    // Rows of padding mean nothing: [B, T, …] or [B, H, T, T], of which the real rows (and columns) are compared.
    private static void Close(NpyArray expected, Tensor actual, int[] lengths, double scale = 1)
    {
        Assert.Equal(expected.Shape.Select(s => (long)s), actual.shape);
        var wanted = tensor(expected.Values, [.. actual.shape]);
        int rows = expected.Shape.Length - 2;
        for (int b = 0; b < lengths.Length; b++)
        {
            Tensor Own(Tensor t) => rows == 1 ? t[b].narrow(0, 0, lengths[b]) : t[b].narrow(1, 0, lengths[b]).narrow(2, 0, lengths[b]);
            Close([.. Own(wanted).contiguous().data<double>()], Own(actual), scale);
        }
    }

    private static void Close(NpyArray expected, Tensor actual) => Close(expected.Values, actual);

    // Within 1e-5 of the value's scale, as everywhere in these tests.
    private static void Close(double[] expected, Tensor actual, double scale = 1)
    {
        float[] values = [.. actual.contiguous().data<float>()];
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], 1e-5 * Math.Max(scale, Math.Abs(expected[i])));
    }

    private static IEnumerable<JsonDocument> Parsed(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line) yield return JsonDocument.Parse(line);
    }
}
