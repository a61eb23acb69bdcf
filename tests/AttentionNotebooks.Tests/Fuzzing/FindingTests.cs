using System.Diagnostics;
using System.Text;

namespace AttentionNotebooks.Tests.Fuzzing;

/// <summary>Files that a reader once met otherwise than by reading or refusing them, each as small as it can be.</summary>
public class FindingTests
{
    private static NpyArray Npy(string header)
    {
        byte[] bytes = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), 0,
            0, 0, 0];
        return NpyArray.Read(new MemoryStream(bytes), "a.npy", "array", bytes.Length);
    }

    [Fact]
    public void A_shape_of_many_digits_is_refused_at_once()
    {
        var clock = Stopwatch.StartNew();
        Assert.Contains("has no shape in its header",
            Assert.Throws<InputException>(() => Npy(
                $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({new string('1', 4000)}, }}")).Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}: the pattern tries every way to cut the digits");
    }

    [Fact]
    public void A_shape_without_commas_is_refused() =>
        Assert.Contains("has the size \"1 1\" in its shape",
            Assert.Throws<InputException>(() => Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1), }")).Message,
                StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"model_type\":\"\\ud800\"}"), InlineData("{\"\\udfff\":1}")]
    public void Half_a_surrogate_pair_in_JSON_is_refused_with_its_line(string json)
    {
        using var folder = new TestFolder();
        var error = Assert.Throws<InputException>(() => BertConfig.Read(folder.Write("config.json", json)));
        Assert.Equal("line 1", error.Place);
        Assert.Contains("half a surrogate pair", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json",
        """{"added_tokens":[{"id":4,"content":"x"}],"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},"""
            + """ "model":{"type":"WordPiece","vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4}}}""")]
    [InlineData("added_tokens.json", """{"x":4}""")]
    public void Two_tokens_with_one_id_are_refused(string name, string json)
    {
        using var folder = new TestFolder();
        string file = folder.Write(name, json);
        if (name == "added_tokens.json") folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
        var error = Assert.Throws<InputException>(() =>
            TextTokenizer.Load(folder.Root, new BertConfig
            { VocabSize = 5, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 16 }));
        Assert.Equal((file, "[MASK], x", "have the same id 4"), (error.InputSource, error.Place, error.Problem));
    }

    [Fact]
    public void A_sentence_of_many_words_in_one_chain_is_read_in_a_moment()
    {
        using var folder = new TestFolder();
        var clock = Stopwatch.StartNew();
        string file = folder.Write("chain.conllu",
            string.Concat(Enumerable.Range(1, 200_000).Select(i => $"{i}\ta\t_\tX\t_\t_\t{i - 1}\tdep\t_\t_\n")));
        Assert.Equal(200_000, ConllU.Read(file).Single().Words.Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}: each word walks all the way up");
    }
}
