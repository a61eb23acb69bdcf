namespace AttentionNotebooks.Tests;

/// <summary>
/// How far real heads look between words, layer by layer: in two corpora of BERT-base, and in MPNet, which was pre-trained apart from
/// it. The expected figures were computed apart from this kit, with NumPy.
/// </summary>
public class RealWordDistanceTests
{
    public static TheoryData<string, string, double[]> ByLayer => new()
    {
        // Two texts of SST-2 have no row of head 9-11 with weight on another word; they are left out. With 0 for them, layer 9 has 8.98.
        { "bert", "words_distance", [7.19, 7.21, 6.84, 6.44, 6.89, 5.58, 5.89, 5.69, 7.75, 9.00, 9.74, 9.66] },
        { "bert", "words_relative", [.75, .75, .71, .67, .72, .58, .62, .59, .80, .93, 1.01, 1.00] },
        { "bert", "words_distance_by_mass", [7.11, 7.11, 6.75, 6.23, 6.67, 5.26, 5.70, 5.09, 7.64, 8.76, 9.74, 9.66] },
        { "bert", "words_share", [.83, .67, .59, .53, .36, .42, .41, .43, .43, .49, .80, .88] },
        { "tweets", "words_distance", [8.66, 8.34, 8.24, 7.27, 7.15, 5.35, 5.35, 4.55, 7.03, 9.75, 10.95, 11.32] },
        { "tweets", "words_relative", [.71, .68, .67, .60, .58, .44, .44, .37, .58, .80, .89, .92] },
        { "tweets", "words_distance_by_mass", [8.60, 8.25, 8.06, 7.01, 6.93, 4.88, 4.88, 3.83, 6.73, 9.42, 10.73, 11.25] },
        { "mpnet", "words_distance", [6.64, 6.86, 6.67, 6.85, 7.21, 8.28, 8.87, 8.91, 8.70, 8.53, 8.51, 7.59] },
        { "mpnet", "words_relative", [.69, .71, .70, .71, .75, .86, .91, .92, .89, .87, .87, .79] },
        { "mpnet", "words_distance_by_mass", [6.45, 6.66, 6.40, 6.60, 6.98, 8.10, 8.65, 8.69, 8.51, 7.96, 8.00, 7.34] },
        { "mpnet", "words_share", [.74, .49, .45, .43, .49, .56, .52, .51, .50, .39, .40, .67] },
    };

    [Theory, MemberData(nameof(ByLayer))]
    public void Layers_look_as_far_between_words_as_an_independent_computation_says(string source, string feature, double[] expected)
    {
        var table = Table(source);
        double[] layers = [.. LayerProfile.Compute(table, feature)[0].Layers.Select(l => l.Mean.Value)];
        foreach (var (e, a) in expected.Zip(layers)) Assert.Equal(e, a, 0.00501);
    }

    [Theory]
    [InlineData("bert", 0.463, 0.462), InlineData("tweets", 0.463, 0.442), InlineData("mpnet", 0.841, 0.829)]
    public void How_much_special_tokens_confound_the_mean_distance_depends_on_the_model(string source, double byRow, double byMass)
    {
        var table = Table(source);
        double Rank(string feature) => RankCorrelation.Spearman(table.Column("mean_distance"), table.Column(feature));
        Assert.Equal((byRow, byMass), (Math.Round(Rank("words_distance"), 3), Math.Round(Rank("words_distance_by_mass"), 3)));
    }

    [Fact]
    public void The_largest_mean_distance_of_BERT_belongs_to_a_head_that_rests_on_special_tokens()
    {
        var table = Table("bert");
        var rests = table.Highest("mean_distance", 1)[0].Head;
        Assert.Equal("4-3", rests.ToString());
        Assert.Equal((0.49, 0.44, 0.04), (Math.Round(table[rests, "cls"], 2), Math.Round(table[rests, "sep"], 2),
            Math.Round(table[rests, "words_share"], 2)));
        Assert.Equal((13.8, 13.4), (Math.Round(table[rests, "mean_distance"], 1), Math.Round(table[rests, "distance_special_part"], 1)));
        Assert.Equal(0.61, table.Column("distance_special_part").Sum() / table.Column("mean_distance").Sum(), 0.005);
        // Of the uniform map: all pairs (n² − 1)/(3n), pairs of the m = n − 2 words m(m² − 1)/(3n²).
        double[] lengths = [.. Source("bert-base-maps", "sst2.npz", "sst2.tokens.jsonl").Texts.Select(t => (double)t.Length)];
        double all = lengths.Sum(n => (n * n - 1) / (3 * n)),
            words = lengths.Sum(n => (n - 2) * ((n - 2) * (n - 2) - 1) / (3 * n * n));
        Assert.Equal(0.19, 1 - words / all, 0.005);
        var farthest = table.Highest("words_distance", 1)[0];
        Assert.Equal(("3-0", 11.2), (farthest.Head.ToString(), Math.Round(farthest.Value, 1)));
        Assert.Equal((1.17, 0.17), (Math.Round(table[farthest.Head, "words_relative"], 2),
            Math.Round(table[farthest.Head, "words_share"], 2)));
        Assert.Equal(["words_distance, words_relative, words_distance_by_mass: no value in up to 2 of 97 texts for head 9-11; the mean is "
            + "over the others."], table.Notes.Where(n => n.Kind == NoteKind.NoValue).Select(n => n.Text));
    }

    [Fact]
    public void The_middle_layers_look_nearest_in_BERT_and_not_in_MPNet_over_texts_too()
    {
        LayerProfile bert = LayerProfile.Compute(TextValues.Read(Repository.Path("data", "bert-base", "texts.npz")), "words_relative")[0],
            tweets = LayerProfile.Compute(TextValues.Read(Repository.Path("data", "bert-base", "texts.tweets.npz")), "words_relative")[0],
            mpnet = LayerProfile.Compute(TextValues.Read(Repository.Path("data", "mpnet", "texts.npz")), "words_relative")[0];
        Assert.True(bert.Middle.High < 0 && tweets.Middle.High < 0 && mpnet.Middle.Low > 0);
    }

    [Fact]
    public void The_shipped_table_of_MPNet_is_what_its_maps_give() =>
        Assert.Equal(File.ReadAllText(Repository.Path("data", "mpnet", "heads.csv")),
            Source("mpnet-maps", "sst2.npz", "sst2.tokens.jsonl").Extract().ToCsv());

    private static HeadTable Table(string source) => (source switch
    {
        "bert" => Source("bert-base-maps", "sst2.npz", "sst2.tokens.jsonl"),
        "tweets" => Source("bert-base-maps", "tweets.npz", null),
        _ => Source("mpnet-maps", "sst2.npz", "sst2.tokens.jsonl"),
    }).Extract([DistanceFeatures.MeanDistance, TokenFeatures.Cls, TokenFeatures.Sep, WordFeatures.Distance, WordFeatures.Relative,
        WordFeatures.DistanceByMass, WordFeatures.OnWords, WordFeatures.SpecialPart]);

    private static MapArchive Source(string folder, string maps, string? tokens) =>
        MapArchive.Open(Repository.SharedData(folder, maps), tokens is null ? null : Repository.SharedData(folder, tokens));
}
