using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Position against content: heads whose share is known, and regressions class by class.</summary>
public class PositionAndContentTests
{
    private static readonly AttentionText[] Texts = [.. Enumerable.Range(0, 40).Select(t => new AttentionText($"{t}", 6 + t % 9, null))];

    [Fact]
    public void A_head_that_looks_at_the_token_before_is_position_alone_in_texts_of_any_lengths()
    {
        var shares = Of((t, _) => Maps.Previous(Texts[t].Length));
        Assert.Equal(0, shares.Content[0], 1e-5);
        // All weight on one key: (1 − 1/n)² there and (n − 1)/n² elsewhere make 1 − 1/n, averaged over rows.
        Assert.Equal(Texts.Sum(t => t.Length - 1.0) / Texts.Sum(t => t.Length), shares.FromUniform[0], 1e-6);
        Assert.Equal(1, shares.Position[0], 1e-5);
        // [CLS] is looked at by the first two rows alone, so that a constant liking explains little
        Assert.InRange(shares.Offset[0], 0.9, 1);
        Assert.Equal(1, shares.Low[0], 1e-4);
    }

    [Fact]
    public void A_head_that_rests_on_cls_or_sep_is_a_constant_liking_alone()
    {
        var shares = Of((t, h) => Maps.Column(Texts[t].Length, h.Index == 0 ? 0 : Texts[t].Length - 1), heads: 2);
        Assert.All(shares.Specials, s => Assert.Equal(1, s, 1e-5));
        Assert.All(shares.Offset, s => Assert.Equal(0, s, 1e-5));
        Assert.Equal(1, shares.KeyPosition[0], 1e-5);     // [CLS] is always in the first place,
        Assert.InRange(shares.KeyPosition[1], 0, 0.8);    // [SEP] in nine
    }

    [Fact]
    public void A_head_that_follows_words_which_stand_anywhere_is_content()
    {
        // The word looked at stands anywhere between the special tokens.
        var shares = Of((t, h) =>
        {
            var random = new Random(t);
            int n = Texts[t].Length;
            int[] looked = [.. Enumerable.Range(0, n).Select(_ => random.Next(1, n - 1))];
            return Maps.Of(n, (i, j) => j == looked[i] ? 1 : 0);
        });
        Assert.InRange(shares.Content[0], 0.85, 1); // that special tokens get nothing is a constant, too
        Assert.InRange(shares.Position[0], shares.Low[0], shares.High[0]);
    }

    [Fact]
    public void Half_of_each_is_a_share_that_can_be_reckoned()
    {
        // ½ on the token before, ½ spread evenly: A − 1/n is ½ of (previous − 1/n), all of it position.
        var shares = Of((t, _) => Maps.Of(Texts[t].Length, (i, j) => (j == Math.Max(0, i - 1) ? 0.5 : 0) + 0.5 / Texts[t].Length));
        Assert.Equal(1, shares.Position[0], 1e-5);
    }

    [Fact]
    public void A_uniform_head_has_nothing_to_explain()
    {
        var shares = Of((t, _) => Maps.Uniform(Texts[t].Length));
        Assert.True(double.IsNaN(shares.Content[0]) && double.IsNaN(shares.Specials[0]));
        Assert.Equal(0, shares.FromUniform[0], 1e-12);
    }

    [Fact]
    public void Regressions_in_every_class_give_the_same()
    {
        var source = Corpus.Source();
        var shares = PositionAndContent.Measure(source);
        foreach (var head in source.Grid.All())
        {
            int h = source.Grid.PositionOf(head);
            var pairs = Enumerable.Range(0, Corpus.Texts.Length).SelectMany(t =>
            {
                var (text, map) = (Corpus.Texts[t], source[t, head]);
                int n = text.Length;
                return Enumerable.Range(0, n * n).Select(p => (Weight: map[p / n, p % n], Uniform: 1.0 / n,
                    Kind: text.Tokens![p % n] switch { "[CLS]" => 1, "[SEP]" => 2, _ => 0 }, Offset: Math.Clamp(p % n - p / n, -64, 64),
                        Key: Math.Min(p % n, 64)));
            }).ToArray();
            double total = pairs.Sum(p => (p.Weight - p.Uniform) * (p.Weight - p.Uniform));
            double Explained<T>(Func<(double Weight, double Uniform, int Kind, int Offset, int Key), T> classOf) =>
                1 - pairs.GroupBy(classOf).Sum(g =>
            {
                double mx = g.Average(p => p.Uniform), my = g.Average(p => p.Weight), xx = g.Sum(p => (p.Uniform - mx) * (p.Uniform - mx)),
                    xy = g.Sum(p => (p.Uniform - mx) * (p.Weight - my));
                double slope = xx > 1e-12 ? xy / xx : 0;
                return g.Sum(p => Math.Pow(p.Weight - my - slope * (p.Uniform - mx), 2));
            }) / total;
            Assert.Equal(Explained(p => p.Kind), shares.Specials[h], 1e-4);
            Assert.Equal(Explained(p => (p.Kind, p.Offset)), shares.Position[h], 1e-4);
            Assert.Equal(Explained(p => p.Key), shares.KeyPosition[h], 1e-4);
            Assert.Equal(1, shares.Specials[h] + shares.Offset[h] + shares.Content[h], 1e-12);
            Assert.True(shares.Offset[h] >= 0);
        }
    }

    [Fact]
    public void Of_the_real_BERT_the_offset_drives_the_heads_that_look_at_a_neighbour()
    {
        var archive = MapArchive.Open(Repository.SharedData("bert-base-maps", "sst2.npz"),
            Repository.SharedData("bert-base-maps", "sst2.tokens.jsonl"));
        var shares = PositionAndContent.Measure(archive);
        string[] Most(double[] values, int count) =>
            [.. Enumerable.Range(0, 144).OrderByDescending(h => values[h]).Take(count).Select(h => $"{shares.Grid[h]}")];
        // The four heads with most attention on the next and on the previous token, whatever the text.
        Assert.Equal(["1-4", "2-0", "2-9", "3-5"], Most(shares.Offset, 4).Order(StringComparer.Ordinal));
        Assert.Equal(0.941, shares.Offset[shares.Grid.PositionOf(new Head(2, 9))], 1e-3);
        // Heads that find determiners' nouns and verbs' objects must see what stands there.
        Assert.All(new[] { new Head(7, 10), new Head(7, 9) }, h => Assert.InRange(shares.Content[shares.Grid.PositionOf(h)], 0.6, 0.7));
    }

    private static PositionShares Of(Func<int, Head, double[,]> map, int heads = 1) =>
        PositionAndContent.Measure(new MapsInMemory(new HeadGrid(1, heads), Texts, map));
}
