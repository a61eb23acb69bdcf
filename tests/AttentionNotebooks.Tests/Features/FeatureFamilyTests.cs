namespace AttentionNotebooks.Tests.Features;

/// <summary>Every feature of every family: exact values from mathematics, and the slow form on random maps of texts of all kinds.</summary>
public class FeatureFamilyTests
{
    private static readonly FeatureCatalogue Catalogue = new(TokenCounts.Of(Corpus.Texts));

    public static TheoryData<string> InEachText =>
        [.. Catalogue.All.Where(f => f.Statistic is null && !f.Needs.HasFlag(FeatureNeeds.Values)).Select(f => f.Name)];

    public static TheoryData<string> Together => [.. Catalogue.All.Where(f => f.Statistic is not null).Select(f => f.Name)];

    [Theory, MemberData(nameof(InEachText))]
    public void Agrees_with_plain_loops_on_padded_batches_of_random_maps(string feature)
    {
        var source = Corpus.Source();
        var values = source.Record([Catalogue.Get(feature)]);
        for (int t = 0; t < source.Texts.Count; t++)
            foreach (var head in source.Grid.All())
                Assert.Equal(Corpus.Slow(feature, source, t, head), values[t, head, feature],
                    2e-5 * Math.Max(1, source.Texts[t].Length / 10.0));
    }

    [Theory, MemberData(nameof(Together))]
    public void Agrees_with_plain_loops_over_all_texts(string feature)
    {
        var source = Corpus.Source();
        var table = source.Extract([Catalogue.Get(feature)]);
        foreach (var head in source.Grid.All())
            Assert.Equal(SlowFeatures.Together(feature, [.. Enumerable.Range(0, source.Texts.Count).Select(t => source[t, head])]),
                table[head, feature], 2e-4);
    }

    [Fact]
    public void Together_in_one_pass_each_is_what_it_is_alone()
    {
        var source = Corpus.Source();
        var all = source.Extract(Catalogue.Possible(source));
        foreach (string f in all.Features) Assert.Equal(source.Extract([Catalogue.Get(f)]).Column(f), all.Column(f));
    }

    [Fact]
    public void Every_feature_tells_its_unit_range_definition_and_source_and_has_a_name_of_its_own()
    {
        Assert.All(Catalogue.All, f => Assert.All(new[] { f.Unit, f.Range, f.Definition, f.Source }, Assert.NotEmpty));
        Assert.Distinct(Catalogue.All.Select(f => f.Name).Concat(Catalogue.Families.Select(f => f.Name))
            .Append(FeatureCatalogue.Everything));
        Assert.Superset(StandardFeatures.All.Select(f => f.Name).ToHashSet(), Catalogue.All.Select(f => f.Name).ToHashSet());
    }

    [Theory]
    [InlineData(2), InlineData(9), InlineData(128)]
    public void The_uniform_map(int n)
    {
        var a = Maps.Uniform(n);
        Same(a, "relative_distance", 1);
        Same(a, "cumulative_diagonality", 1 - (n + 1) / (3.0 * n));
        Same(a, "ahead", (n - 1) / (2.0 * n));
        Same(a, "behind", (n - 1) / (2.0 * n));
        Same(a, "normalised_entropy", 1);
        Same(a, "effective_keys", n, 1e-4 * n);
        Same(a, "gini", 0);
        Same(a, "sparsity", 0);
        Same(a, "cls_entropy", Math.Log(n));
        Same(a, "symmetry", 1);
        Same(a, "row_similarity", 1);
        Same(a, "within_0", 1.0 / n);
        Same(a, "beyond_0", 1 - 1.0 / n);
        Same(a, "best_offset", 0);               // the main diagonal is the longest
        Same(a, "best_offset_mass", 1.0 / n);
        Same(a, "variance_between_texts", 0);
        Same(a, "rollout_distance", (n * n - 1) / (6.0 * n), 1e-5 * n); // half of it stays
    }

    [Fact]
    public void The_identity()
    {
        var a = Maps.Identity(9);
        foreach (string zero in new[] { "relative_distance", "ahead", "behind", "normalised_entropy", "distance_q99", "beyond_0",
            "row_similarity", "best_offset", "text_spread", "variance_within_rows", "variance_between_queries", "rollout_distance" })
            Same(a, zero, 0);
        foreach (string one in new[] { "cumulative_diagonality", "effective_keys", "within_0", "distance_0", "symmetry", "best_offset_mass",
            "maps_diagonal" }) Same(a, one, 1);
        Same(a, "gini", 1 - 1 / 9.0);
        Same(a, "sparsity", 1 - 1 / 9.0);
    }

    [Fact]
    public void The_previous_token()
    {
        var a = Maps.Previous(8);
        Same(a, "best_offset", -1);
        Same(a, "best_offset_mass", 7 / 8.0);
        Same(a, "behind", 7 / 8.0);
        Same(a, "distance_1", 7 / 8.0);
        Same(a, "distance_q10", 0);              // the first token looks at itself: an eighth is at distance 0
        Same(a, "distance_q50", 1);
        Same(a, "cumulative_diagonality", 1 - 1 / 8.0);
        Same(a, "symmetry", 1 / 8.0);            // only the first token's look is returned
        Same(a, "maps_diagonal", 1);
        Same(a, "variance_within_rows", 0);
        Same(a, "variance_between_queries", 1);
        Same(a, "row_similarity", 2 / 56.0);     // rows 0 and 1 are the same, all others share nothing
    }

    [Fact]
    public void All_mass_on_one_column()
    {
        var a = Maps.Column(6, 5);
        Same(a, "row_similarity", 1);
        Same(a, "maps_vertical", 1);
        Same(a, "ahead", 5 / 6.0);
        Same(a, "symmetry", 1 / 6.0);
        Same(a, "effective_keys", 1);
        Same(a, "content_share", 0, maps: [Maps.Column(12, 3), Maps.Column(12, 3)]);
        Same(a, "content_share", 0.5, maps: [Maps.Column(12, 3), Maps.Column(12, 4)]); // variance 1/4 of each of two columns, E[x²] = 1/2
        Same(a, "text_spread", 1, maps: [Maps.Column(3, 0), Maps.Of(5, (_, j) => j == 0 ? 1 : 0)],
            expectedOf: m => Math.Abs(m[1] - m[0]) / 2);
    }

    [Fact]
    public void A_block_for_each_text_of_a_pair()
    {
        string[] pair = ["[CLS]", "a", "[SEP]", "b", "c", "[SEP]"];
        var blocks = Maps.Of(6, (i, j) => i < 3 == j < 3 ? 1 / 3.0 : 0);
        Assert.Equal(1, Value("block", blocks, pair), 1e-6);
        // Evenly over the words of one's own text: too wide for a diagonal.
        string[] longer = ["[CLS]", .. Enumerable.Repeat("a", 8), "[SEP]", .. Enumerable.Repeat("b", 9), "[SEP]"];
        Assert.Equal(1, Value("maps_block", Maps.Of(20, (i, j) => i < 10 ? (j is > 0 and < 9 ? 1 / 8.0 : 0) : j is > 9 and < 19 ? 1 / 9.0
            : 0), longer), 1e-6);
        Assert.Equal(0.5, Value("block", Maps.Uniform(6), pair), 1e-6);
        Assert.Equal(1, Value("block", Maps.Uniform(6)), 1e-6);        // a single text is one block
        Assert.Equal(0, Value("maps_block", Maps.Uniform(6)), 1e-6);   // and no map of a single text is of the kind
        Assert.Equal(1, Value("block", Maps.Of(7, (i, j) => i < 4 == j < 4 ? 1.0 / (i < 4 ? 4 : 3) : 0), "<s>", "a", "</s>", "</s>", "b",
            "c", "</s>"), 1e-6);
    }

    [Fact]
    public void A_text_of_one_token_has_finite_values_everywhere() =>
        Assert.All(Catalogue.Possible(MapsInMemory.Single(Maps.Identity(1))).Where(f => f.Name != "content_share" && !f.MayLack),
            f => Assert.True(double.IsFinite(MapsInMemory.Single(Maps.Identity(1)).Extract([f])[0, 0, f.Name])));

    [Fact]
    public void The_bins_of_the_histogram_sum_to_one_and_agree_with_the_windows()
    {
        var table = MapsInMemory.Single(Maps.Random(90, 3)).Extract(DistanceFeatures.All);
        Assert.Equal(1, DistanceFeatures.Histogram.Sum(b => table[0, 0, b.Name]), 1e-5);
        Assert.Equal(1, table[0, 0, "within_10"] + table[0, 0, "beyond_10"], 1e-5);
        Assert.Equal(table[0, 0, "ahead"], 1 - table[0, 0, "behind"] - table[0, 0, "distance_0"], 1e-5);
        Assert.Equal(table[0, 0, "local_2"], table[0, 0, "distance_0"] + table[0, 0, "distance_1"] + table[0, 0, "distance_2"], 1e-5);
    }

    [Fact]
    public void Words_are_told_from_pieces()
    {
        // "play ##ing" twice: each piece may look at two others; the second "play" alone is another word.
        string[] tokens = ["[CLS]", "play", "##ing", "play", "play", "##ing", "[SEP]"];
        Assert.Equal(4 * 2 / 49.0, Value("same_word", Maps.Uniform(7), tokens), 1e-6);
        Assert.Equal(2 / 25.0, Value("same_word", Maps.Uniform(5), "<s>", "a", "Ġthe", "Ġthe", "</s>"), 1e-6);
        Assert.True(TokenFeatures.IsPunctuation(",") && TokenFeatures.IsPunctuation("...") && !TokenFeatures.IsPunctuation("[SEP]")
            && !TokenFeatures.IsPunctuation("##s"));
    }

    [Theory]
    [InlineData("Ġ(", true), InlineData("(", true), InlineData("▁,", true), InlineData("ĠĠ...", true), InlineData("▁", true)]
    [InlineData("Ġ", false), InlineData("Ġthe", false), InlineData("▁a.", false), InlineData("", false)]
    public void A_mark_that_stands_for_a_space_does_not_hide_punctuation(string token, bool punctuation)
    {
        Assert.Equal(punctuation, TokenFeatures.IsPunctuation(token));
        Assert.Equal(punctuation ? KeyType.Punctuation : KeyType.Other, KeyTypes.Of(token, TokenRole.Word));
    }

    [Fact]
    public void RoBERTas_punctuation_counts_with_and_without_a_space_before_it() =>
        Assert.Equal(2 / 6.0, Value("punctuation", Maps.Uniform(6), "<s>", "a", "Ġ(", "Ġb", ")", "</s>"), 1e-6);

    [Fact]
    public void The_rarest_token_is_the_first_of_those_that_occur_least()
    {
        var counts = TokenCounts.Of([new AttentionText("0", 6, ["[CLS]", "the", "the", "cat", "dog", "[SEP]"])]);
        Assert.Equal(2, counts["the"]);
        Assert.Equal(3, counts.RarestOf(new AttentionText("1", 5, ["[CLS]", "the", "cat", "owl", "[SEP]"])));
        Assert.Equal(1, counts.RarestOf(new AttentionText("1", 4, ["[CLS]", "cat", "dog", "[SEP]"])));
        Assert.Equal(-1, counts.RarestOf(new AttentionText("1", 2, ["[CLS]", "[SEP]"])));
    }

    [Fact]
    public void A_source_without_what_a_feature_needs_is_told_what_to_give()
    {
        var bare = MapsInMemory.Single(Maps.Uniform(4));
        void Lacks(string feature, string remedy) =>
            Assert.Contains(remedy, Assert.Throws<InputException>(() => Catalogue.Parse(feature, bare)).Message);
        Lacks("punctuation", "--tokens");
        Lacks("content_words", "--conllu");
        Lacks("norm_distance", "--model");
        Lacks("values", "cannot be had from this source");
        Lacks("entropy,entropy", "named twice");
        Lacks("gin", "Did you mean gini?");
        Assert.Equal(["self", "previous", "next", "cls", "sep"], Catalogue.Parse("tokens", bare).Select(f => f.Name));
        Assert.Contains("--model", Assert.Throws<InputException>(() => bare.Extract([ValueFeatures.ValueNorm])).Message);
        Assert.Contains("--conllu", Assert.Throws<InputException>(() => bare.Extract([TokenFeatures.ContentWords])).Message);
        Assert.Contains("has no value in these texts",
            Assert.Throws<InputException>(() => bare.Extract([StabilityFeatures.ContentShare])).Message);
    }

    [Fact]
    public void Names_may_be_families_all_and_numbers()
    {
        var source = Corpus.Source();
        Assert.Same(StandardFeatures.All, Catalogue.Parse(null, source));
        Assert.Equal(["entropy", "within_7", "distance_q25"], Catalogue.Parse("entropy,within_7,distance_q25", source).Select(f => f.Name));
        Assert.Equal(Catalogue.Possible(source).Select(f => f.Name), Catalogue.Parse("all", source).Select(f => f.Name));
        Assert.Equal(DistanceFeatures.All.Count + ConcentrationFeatures.All.Count,
            Catalogue.Parse("distance,concentration,entropy", source).Count);
        Assert.Throws<InputException>(() => Catalogue.Get("within_07"));
        Assert.Throws<InputException>(() => Catalogue.Get("distance_q100"));
    }

    [Fact]
    public void The_rollout_of_a_text_is_the_product_of_its_layers()
    {
        var source = Corpus.Source();
        var maps = source.Maps(1);
        var rolled = Rollout.Of(maps);
        int n = maps.Text.Length;
        for (int layer = 0; layer < source.Grid.Layers; layer++)
        {
            var slow = SlowFeatures.RolloutBelow(layer + 1, n,
                l => Maps.Of(n, (i, j) => Enumerable.Range(0, source.Grid.Heads).Average(h => source[1, new Head(l, h)][i, j])));
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(1, Enumerable.Range(0, n).Sum(j => rolled[layer][i, j]), 1e-6);
                for (int j = 0; j < n; j++) Assert.Equal(slow[i, j], rolled[layer][i, j], 1e-6);
            }
        }
    }

    [Fact]
    public void Kovalevas_kinds_share_out_the_texts_and_name_a_head()
    {
        var source = new MapsInMemory(new HeadGrid(1, 2), [new("0", 8, null), new("1", 8, null)], (t, h) => h.Index == 0 ? Maps.Previous(8)
            : t == 0 ? Maps.Column(8, 0) : Maps.Uniform(8));
        var table = source.Extract(PatternFeatures.All);
        foreach (var head in source.Grid.All()) Assert.Equal(1, PatternFeatures.All.Sum(f => table[head, f.Name]), 1e-12);
        Assert.Equal("maps_diagonal", PatternFeatures.KindOf(table, new Head(0, 0)).Name);
        Assert.Equal((0.5, 0.5), (table[0, 1, "maps_vertical"], table[0, 1, "maps_heterogeneous"]));
    }

    private static double Value(string feature, double[,] map, params string[] tokens) =>
        MapsInMemory.Single(map, tokens).Extract([Catalogue.Get(feature)])[0, 0, feature];

    private static void Same(double[,] map, string feature, double expected, double tolerance = 1e-5, double[][,]? maps = null,
        Func<double[], double>? expectedOf = null)
    {
        maps ??= [map];
        var source = new MapsInMemory(new HeadGrid(1, 1), [.. maps.Select((m, i) => new AttentionText($"{i}", m.GetLength(0), null))],
            (t, _) => maps[t]);
        if (expectedOf is not null)
            expected = expectedOf([.. maps.Select(m => SlowFeatures.Of("mean_distance", m, new AttentionText("", m.GetLength(0), null)))]);
        Assert.Equal(expected, source.Extract([Catalogue.Get(feature)])[0, 0, feature], tolerance);
    }
}
