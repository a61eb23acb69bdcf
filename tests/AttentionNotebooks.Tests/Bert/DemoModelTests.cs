namespace AttentionNotebooks.Tests.Bert;

/// <summary>What the notebooks teach with the demo model has to be there to be seen: a model that lacks it does not ship, whatever its
/// loss.</summary>
public sealed class DemoModelTests : IDisposable
{
    private readonly Checkpoint model = Checkpoint.Load(Repository.Path("data", "demo-bert"));

    [Fact]
    public void It_has_heads_of_every_pattern_and_they_fall_into_clear_clusters()
    {
        string[] texts = File.ReadAllLines(Repository.Path("data", "texts", "sentences.txt"));
        var table = new LiveAttention(model, texts)
            .Extract([.. StandardFeatures.All, ConcentrationFeatures.NormalisedEntropy],
                cancellation: TestContext.Current.CancellationToken);
        int Heads(Func<Head, bool> pattern) => table.Grid.All().Count(pattern);
        Assert.True(Heads(h => table[h, "previous"] > 0.5) >= 3, "the previous token");
        Assert.True(Heads(h => table[h, "next"] > 0.5) >= 3, "the next token");
        Assert.True(Heads(h => table[h, "cls"] + table[h, "sep"] > 0.5) >= 10, "[CLS] and [SEP]");
        Assert.True(Heads(h => table[h, ConcentrationFeatures.NormalisedEntropy.Name] > 0.75) >= 10, "broad");
        Assert.True(table.Select(StandardFeatures.ForClustering).Cluster(4).Silhouette >= 0.35, "clusters");
    }

    [Fact]
    public void It_has_heads_that_find_relations_where_no_fixed_offset_does()
    {
        var (source, sentences, _) = TreebankAttention.Of(model, ConllU.Read(Repository.Path("data", "treebank", "demo.conllu")));
        var best = DependencyRelations.Score(source, sentences, cancellation: TestContext.Current.CancellationToken)
            .Where(s => s.Accuracy.Count >= 100)
            .GroupBy(s => s.Relation).Select(g => g.MaxBy(s => s.Accuracy.Correct)!);
        Assert.True(best.Count(s => s.Accuracy.Value - s.Baseline.Value >= 0.1) >= 10);
    }

    [Fact]
    public void It_knows_the_number_of_a_hidden_verb_and_nouns_on_the_way_do_not_lead_it_astray()
    {
        var items = SubjectVerbAgreement.Read(Repository.Path("data", "tasks", "agreement.tsv"));
        var right = SubjectVerbAgreement.ByAttractors(items, SubjectVerbAgreement.Judge(model, items))
            .ToDictionary(a => a.Item1, a => a.Item2);
        Assert.True(right[0].Value >= 0.9, $"without attractors {right[0].Value:F3}");
        Assert.True(right[2].Interval.Low > 0.5, $"with two {right[2].Value:F3}"); // chance
    }

    public void Dispose() => model.Dispose();
}
