using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Where attention goes by kind of token: counted by hand on four tokens, by plain loops on texts of all kinds, and beside the
/// uniform head.</summary>
public class TokenTypeSharesTests
{
    // [CLS] the dog [SEP]: every row looks 40 % at [CLS], 10 % at "the", 30 % at "dog", 20 % at [SEP].
    private static readonly AttentionText Text = new("0", 4, ["[CLS]", "the", "dog", "[SEP]"]) { Tags = [null, "DET", "NOUN", null] };
    private static readonly double[] Row = [0.4, 0.1, 0.3, 0.2];
    private static readonly MapsInMemory Source = new(new HeadGrid(1, 1), [Text, Text], (_, _) => Maps.Of(4, (_, j) => Row[j]));

    [Fact]
    public void Four_tokens_by_hand()
    {
        IReadOnlyList<TokenType> types = [.. TokenTypes.Kinds, .. TokenTypes.PartsOfSpeech([Text]), .. TokenTypes.Offsets];
        var shares = TokenTypeShares.Measure(Source, types).Of(new Head(0, 0)).ToDictionary(s => s.Type.Name);
        void Expect(string type, double share, double uniform)
        {
            Assert.Equal(share, shares[type].Share, 1e-6);
            Assert.Equal(uniform, shares[type].Uniform, 1e-12);
            if (uniform > 0) Assert.Equal(share / uniform, shares[type].Ratio, 1e-5);
            else Assert.Equal(double.NaN, shares[type].Ratio);
            Assert.Equal(share, shares[type].Interval.Low, 1e-6); // two equal texts: nothing to be unsure of
        }
        Expect("[CLS]", 0.4, 0.25);
        Expect("[SEP]", 0.2, 0.25);
        Expect("punctuation", 0, 0);
        Expect("words", 0.4, 0.5);
        Expect("DET", 0.1, 0.25);
        Expect("NOUN", 0.3, 0.25);
        Expect("self", (0.4 + 0.1 + 0.3 + 0.2) / 4, 4 / 16.0);
        Expect("-1", (0.4 + 0.1 + 0.3) / 4, 3 / 16.0);
        Expect("+1", (0.1 + 0.3 + 0.2) / 4, 3 / 16.0);
        Expect("-2 to -3", (0.4 + 0.1 + 0.4) / 4, 3 / 16.0);
        Expect("+2 to +3", (0.3 + 0.2 + 0.2) / 4, 3 / 16.0);
        Expect("+4 to +7", 0, 0);
    }

    [Fact]
    public void Plain_loops_over_texts_of_all_kinds_give_the_same()
    {
        var source = Corpus.Source();
        var ranks = WordRanks.Of(Corpus.Texts);
        IReadOnlyList<TokenType> types = [.. TokenTypes.Kinds, .. TokenTypes.PartsOfSpeech(Corpus.Texts), .. TokenTypes.Frequency(ranks),
            .. TokenTypes.Offsets];
        var shares = TokenTypeShares.Measure(source, types);
        foreach (var type in types)
        {
            double[] uniform = [.. Enumerable.Range(0, Corpus.Texts.Length).Select(t => Share(t, Maps.Uniform(Corpus.Texts[t].Length)))];
            foreach (var head in source.Grid.All())
            {
                double[] own = [.. Enumerable.Range(0, Corpus.Texts.Length).Select(t => Share(t, source[t, head]))];
                Assert.Equal(own.Average(), shares.ByHead(type.Name)[source.Grid.PositionOf(head)], 1e-5);
                Assert.Equal(uniform.Average() > 0 ? own.Average() / uniform.Average()
                    : double.NaN, shares.RatioByHead(type.Name)[source.Grid.PositionOf(head)], 1e-3);
            }

            double Share(int t, double[,] map)
            {
                var text = Corpus.Texts[t];
                int n = text.Length;
                double sum = 0;
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < n; j++)
                        if (Belongs(type, text, i, j, ranks)) sum += map[i, j];
                return sum / n;
            }
        }
    }

    // What belongs where, told again by the kinds' names.
    private static bool Belongs(TokenType type, AttentionText text, int i, int j, WordRanks ranks)
    {
        string token = text.Tokens![j];
        bool special = token is "[CLS]" or "[SEP]", mark = token is "," or "." or "!";
        int rank = ranks.RanksOf(text)[j], offset = j - i;
        return (type.Group, type.Name) switch
        {
            ("kind", "[CLS]" or "[SEP]") => token == type.Name,
            ("kind", "punctuation") => mark,
            ("kind", _) => !special && !mark,
            ("part of speech", _) => text.Tags![j] == type.Name,
            ("frequency", "never seen") => rank == 0,
            ("frequency", "rank 1 to 10") => rank is >= 1 and <= 10,
            ("frequency", "rank 11 to 100") => rank is >= 11 and <= 100,
            ("frequency", "rank 101 to 1000") => rank is >= 101 and <= 1000,
            ("frequency", _) => rank > 1000,
            (_, "self") => offset == 0,
            (_, "-16 and farther") => offset <= -16,
            (_, "+16 and farther") => offset >= 16,
            (_, var name) => name.Split(" to ").Select(int.Parse).ToArray() is var ends && offset >= ends.Min() && offset <= ends.Max(),
        };
    }

    [Fact]
    public void The_kinds_of_a_group_share_all_attention_or_what_is_not_on_special_tokens()
    {
        var source = Corpus.Source();
        double[] Sum(IEnumerable<TokenType> types)
        {
            var shares = TokenTypeShares.Measure(source, [.. types]);
            return [.. Enumerable.Range(0, source.Grid.Count).Select(h => shares.Types.Sum(t => shares.ByHead(t.Name)[h]))];
        }
        Assert.All(Sum(TokenTypes.Kinds), s => Assert.Equal(1, s, 1e-5));
        Assert.All(Sum(TokenTypes.Offsets), s => Assert.Equal(1, s, 1e-5));
        double[] words = Sum(TokenTypes.Kinds.Skip(2));
        Assert.All(Sum(TokenTypes.PartsOfSpeech(Corpus.Texts)).Zip(words), p => Assert.Equal(p.Second, p.First, 1e-5));
        Assert.All(Sum(TokenTypes.Frequency(WordRanks.Of(Corpus.Texts))).Zip(words), p => Assert.Equal(p.Second, p.First, 1e-5));
        Assert.All(Corpus.Texts, t => Assert.Equal(1, TokenTypes.Offsets.Sum(o => o.Uniform(t)), 1e-12));
    }

    [Fact]
    public void A_cluster_is_the_mean_of_its_heads_and_its_interval_is_over_texts()
    {
        var source = Corpus.Source();
        var shares = TokenTypeShares.Measure(source, TokenTypes.Kinds);
        var clusters = shares.Values.ToTable().Cluster(2, seed: 1);
        foreach (var (cluster, of) in shares.ByCluster(clusters))
            foreach (var share in of)
            {
                double[] byHead = shares.ByHead(share.Type.Name);
                Assert.Equal(cluster.Heads.Average(h => byHead[source.Grid.PositionOf(h)]), share.Share, 1e-9);
                Assert.InRange(share.Share, share.Interval.Low, share.Interval.High);
                Assert.InRange(share.Ratio, share.RatioInterval.Low, share.RatioInterval.High);
            }
    }

    [Fact]
    public void Ranks_count_words_and_not_pieces_and_share_places()
    {
        // the ×3, playing ×2, cat ×1, dog ×1: ranks 1, 2, 3, 3
        AttentionText[] texts = [new("0", 8, ["[CLS]", "the", "play", "##ing", "cat", "The", "dog", "[SEP]"]),
            new("1", 5, ["[CLS]", "play", "##ing", "the", "[SEP]"])];
        var ranks = WordRanks.Of(texts);
        Assert.Equal([-1, 1, 2, 2, 3, 1, 3, -1], ranks.RanksOf(texts[0]));
        Assert.Equal(4, ranks.Count);
        Assert.Null(ranks["bird"]);
        using var folder = new TestFolder();
        var read = WordRanks.Read(folder.Write("counts.tsv", "the\t100\nThe\t5\ncat\t7\n"));
        Assert.Equal([-1, 1, 0, 0, 2, 1, 0, -1], read.RanksOf(texts[0]));
    }

    [Fact]
    public void What_cannot_be_asked_is_refused()
    {
        using var folder = new TestFolder();
        var bare = new MapsInMemory(new HeadGrid(1, 1), [new AttentionText("7", 4, null)], (_, _) => Maps.Uniform(4));
        Assert.Contains("text 7", Assert.Throws<InputException>(() => TokenTypeShares.Measure(bare, TokenTypes.Kinds)).Message);
        Assert.Contains("parts of speech", Assert.Throws<InputException>(() => TokenTypes.PartsOfSpeech(bare.Texts)).Message);
        Assert.Contains("is given twice", Assert.Throws<InputException>(() =>
            TokenTypeShares.Measure(Source, [TokenTypes.Kinds[0], TokenTypes.Kinds[0]])).Message);
        Assert.Contains("the list of kinds of tokens: is empty",
            Assert.Throws<InputException>(() => TokenTypeShares.Measure(Source, [])).Message);
        Assert.Contains("Did you mean self", Assert.Throws<InputException>(() => TokenTypeShares.Measure(Source, TokenTypes.Offsets)
            .ByHead("selv")).Message);
        Assert.Contains("line 2", Assert.Throws<InputException>(() => WordRanks.Read(folder.Write("a.tsv", "a\t1\nb\n"))).Message);
        Assert.Contains("no number", Assert.Throws<InputException>(() => WordRanks.Read(folder.Write("b.tsv", "a\tmany\n"))).Message);
        Assert.Contains("no word", Assert.Throws<InputException>(() => WordRanks.Read(folder.Write("c.tsv", "\n"))).Message);
    }
}
