using AttentionNotebooks.Tests.CommandLine;

namespace AttentionNotebooks.Tests;

/// <summary>The shipped counts of which head finds which relation: real BERT-base on 96 parsed sentences of SST-2.</summary>
public class ShippedRelationsTests
{
    private static readonly string File = Repository.Path("data", "bert-base", "relations.csv");

    // What an independent implementation computed from the same maps.
    public static TheoryData<string, int, string, double, double, int> Known => new()
    {
        { "det", 228, "7-10", 0.868, 0.500, 1 },
        { "obj", 108, "7-9", 0.713, 0.361, -2 },
        { "amod", 210, "3-9", 0.762, 0.671, 1 },
        { "nsubj", 131, "7-1", 0.489, 0.405, 1 },
        { "case", 246, "4-5", 0.630, 0.337, 2 },
        { "compound", 98, "5-9", 0.837, 0.673, 1 },
        { "mark", 82, "8-5", 0.561, 0.476, 1 },
        { "cop", 41, "3-10", 0.585, 0.439, 1 },
        { "nmod:poss", 40, "7-2", 0.625, 0.450, 1 },
    };

    [Theory, MemberData(nameof(Known))]
    public void The_best_head_of_a_relation(string relation, int count, string head, double accuracy, double baseline, int offset)
    {
        var best = RelationTable.Read(File, new HeadGrid(12, 12)).Where(s => s.Relation == relation).MaxBy(s => s.Accuracy.Correct)!;
        Assert.Equal((count, head, offset), (best.Accuracy.Count, best.Head.ToString(), best.Offset));
        Assert.Equal(accuracy, best.Accuracy.Value, 5e-4);
        Assert.Equal(baseline, best.Baseline.Value, 5e-4);
    }

    [Fact]
    public void Every_head_is_counted_in_both_directions_for_the_relations_with_40_dependents()
    {
        var scores = RelationTable.Read(File, new HeadGrid(12, 12));
        Assert.Equal(15 * 2 * 144, scores.Count);
        Assert.All(scores, s => Assert.True(s.Accuracy.Count >= 40 && s.PValue is >= 0 and <= 1));
        Assert.All(scores.GroupBy(s => (s.Relation, s.Direction)), g => Assert.Equal(144, g.Select(s => s.Head).Distinct().Count()));
    }

    [Fact]
    public async Task The_shipped_counts_are_what_the_maps_give()
    {
        using var folder = new TestFolder();
        string Shared(string name) => Repository.SharedData("bert-base-maps", name);
        var (code, _, error) = await Shell.Attn("functions", "--maps", Shared("sst2.npz"), "--tokens", Shared("sst2.tokens.jsonl"),
            "--conllu", Shared("sst2.conllu"), "--model-name", "bert-base-uncased fine-tuned on SST-2", "--dependents", "40",
            "--out", folder["r.csv"]);
        Assert.True(code == 0, error);
        Assert.Equal(System.IO.File.ReadAllText(File), System.IO.File.ReadAllText(folder["r.csv"]));
    }

    [Theory]
    [InlineData("heads.csv", "SST-2", 97), InlineData("heads.tweets.csv", "tweets", 50), InlineData("texts.npz", "SST-2", 97),
        InlineData("texts.tweets.npz", "tweets", 50), InlineData("relations.csv", "SST-2", 96)]
    public void The_files_beside_the_tables_name_the_model(string table, string tunedOn, int texts)
    {
        var from = Provenance.Read(Repository.Path("data", "bert-base", table));
        Assert.Equal(($"bert-base-uncased fine-tuned on {tunedOn}", texts), (from?.Model, from?.Texts));
        Assert.Null(from?.ModelHash); // saved maps have no weights
    }

    [Fact]
    public void Tables_of_the_two_models_are_not_taken_together()
    {
        HeadTable sst2 = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv")),
            tweets = HeadTable.Read(Repository.Path("data", "bert-base", "heads.tweets.csv"));
        Assert.Contains("of model bert-base-uncased fine-tuned on tweets", Assert.Throws<InputException>(() => sst2.With(tweets)).Message);
    }
}
