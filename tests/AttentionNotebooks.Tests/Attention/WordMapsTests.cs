using AttentionNotebooks.Tests.Features;
using TorchSharp;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>From pieces to words: Clark et al. 2019, §4.1.</summary>
public class WordMapsTests
{
    [Theory]
    [InlineData("[CLS] play ##ing , now [SEP]", "Playing , now", new[] { -1, 0, 0, 1, 2, -1 })]
    [InlineData("[CLS] cafe ##s [SEP]", "Cafés", new[] { -1, 0, 0, -1 })]
    [InlineData("[CLS] a - b [SEP]", "a-b", new[] { -1, 0, 0, 0, -1 })]
    [InlineData("[CLS] [UNK] now [SEP]", "☃ now", new[] { -1, 0, 1, -1 })]
    [InlineData("[CLS] [MASK] now [SEP] [PAD]", "[MASK] now", new[] { -1, 0, 1, -1, -1 })]
    [InlineData("<s> Play ing , Ġnow </s> <pad>", "Playing , now", new[] { -1, 0, 0, 1, 2, -1, -1 })]
    [InlineData("<s> Ġcaf Ã© Ġ s </s>", "Café s", new[] { -1, 0, 0, -1, 1, -1 })]
    [InlineData("<s> Ġð Ŀ Ĵ ³ </s>", "𝒳", new[] { -1, 0, 0, 0, 0, -1 })]
    [InlineData("<s> caf Ã © </s>", "café", new[] { -1, 0, 0, 0, -1 })]
    [InlineData("<s> ▁play ing ▁ , ▁now <unk> </s>", "Playing , now ☃", new[] { -1, 0, 0, -1, 1, 2, 3, -1 })]
    public void Pieces_find_their_words(string tokens, string words, int[] expected) =>
        Assert.Equal(expected, WordAlignment.Of(tokens.Split(' '), words.Split(' ')));

    [Theory]
    [InlineData("[CLS] play [SEP]", "playing")]
    [InlineData("[CLS] play ##ing [SEP]", "play")]
    [InlineData("[CLS] a b [SEP]", "a")]
    [InlineData("[CLS] a [SEP]", "a b")]
    [InlineData("[CLS] a [SEP]", "b")]
    [InlineData("[CLS] [MASK] [SEP]", "a")]
    [InlineData("<s> Ġa </s>", "b")]
    [InlineData("<s> Ġa Ġb </s>", "a")]
    [InlineData("<s> ▁a ▁b </s>", "a")]
    public void Other_words_do_not_fit(string tokens, string words) => Assert.Null(WordAlignment.Of(tokens.Split(' '), words.Split(' ')));

    [Fact]
    public void Attention_to_a_word_is_the_sum_over_its_pieces_and_from_it_the_mean()
    {
        int[] wordOf = [-1, 0, 0, 1, 2, 2, 2, -1];
        var a = Maps.Random(8, 4);
        using var scope = torch.NewDisposeScope();
        var maps = torch.tensor(a).unsqueeze(0).to_type(torch.ScalarType.Float32);
        var words = WordMaps.Of(maps, wordOf, 3);
        for (int u = 0; u < 3; u++)
            for (int v = 0; v < 3; v++)
            {
                int[] from = [.. Enumerable.Range(0, 8).Where(i => wordOf[i] == u)],
                    to = [.. Enumerable.Range(0, 8).Where(j => wordOf[j] == v)];
                Assert.Equal(from.Average(i => to.Sum(j => a[i, j])), words[0, u, v].Value<float>(), 1e-6);
            }
    }
}
