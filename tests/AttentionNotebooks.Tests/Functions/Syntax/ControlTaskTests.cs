using AttentionNotebooks.Tests.Features;
using AttentionNotebooks.Tests.Training;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Probes on labels that only the word decides.</summary>
[Collection(TrainingCollection.Name)]
public class ControlTaskTests
{
    private static readonly ProbeOptions Quick = new() { Epochs = 12, TestShare = 0.3 };

    [Fact]
    public void A_word_type_has_one_rule_in_every_sentence_and_a_third_of_the_types_have_each()
    {
        string[] types = [.. Enumerable.Range(0, 3000).Select(i => $"w{i}")];
        foreach (var rule in Enum.GetValues<ControlTask.Rule>())
            Assert.InRange(types.Count(t => ControlTask.RuleOf(t, 0) == rule), 900, 1100); // 1000 ± 4 · 26
        Assert.InRange(types.Count(t => ControlTask.RuleOf(t, 0) == ControlTask.RuleOf(t, 1)), 900, 1100);
        // Fixed once and for all: SHA-256 of "0 the" begins with the eight bytes that decide.
        var hash = System.Security.Cryptography.SHA256.HashData("0 the"u8);
        System.Numerics.BigInteger number = new(hash.AsSpan(0, 8), isUnsigned: true, isBigEndian: true);
        Assert.Equal((int)(number % 3), (int)ControlTask.RuleOf("the", 0));
    }

    [Fact]
    public void Heads_by_the_rules_by_hand()
    {
        string Of(ControlTask.Rule rule) => Enumerable.Range(0, 100).Select(i => $"w{i}").First(t => ControlTask.RuleOf(t, 0) == rule);
        string first = Of(ControlTask.Rule.First), last = Of(ControlTask.Rule.Last), root = Of(ControlTask.Rule.Root);
        // A first word that is to depend on the first, and a last on the last, are roots.
        Assert.Equal([5, 0, 4, 5, 5], ControlTask.Heads([first, first, last, root, last], 0));
    }

    [Fact]
    public void A_head_that_knows_the_trees_is_selective_and_a_probe_that_learns_words_by_heart_is_not()
    {
        var treebank = new PlantedTreebank(80);
        var grid = new HeadGrid(1, 3);
        // One head knows the trees, one looks at the first word and one at the last.
        var source = new MapsInMemory(grid, treebank.Texts, (t, h) =>
        {
            int n = treebank.Texts[t].Length;
            return h.Index == 0 ? treebank.Knowing(t) : Maps.Of(n, (_, j) => j == (h.Index == 1 ? 1 : n - 2) ? 1 : 0);
        });
        var data = ProbeData.OfAttention(source, treebank.Sentences);
        ProbeScore Probe(WordVectors? words) => DependencyProbe.Train(data, words, Quick)
            .Against(DependencyProbe.Train(ControlTask.Of(data, 0), words, Quick), 0);
        var plain = Probe(null);
        Assert.InRange(plain.Test.Value, 0.97, 1);
        Assert.InRange(plain.Selectivity.Low, 0.2, 1);
        Assert.Equal(plain.Test.Value - plain.Control!.Value.Value, plain.Selectivity.Value, 1e-12);
        Assert.InRange(plain.Selectivity.Value, plain.Selectivity.Low, plain.Selectivity.High);

        // A vector per word type that names it: then the control task can be learnt by heart.
        var named = new WordVectors(12, [.. treebank.Sentences.Select(s => s.Words.SelectMany(w =>
            Enumerable.Range(0, 12).Select(d => w.Form == $"w{d}" ? 1f : 0f)).ToArray())], 1);
        var memorising = Probe(named);
        Assert.True(memorising.Control!.Value.Value > plain.Control.Value.Value + 0.2);
        Assert.True(memorising.Selectivity.Value < plain.Selectivity.Value - 0.1, $"{memorising.Selectivity}");
    }

    [Fact]
    public void The_control_task_keeps_maps_and_words_that_count_and_changes_the_heads()
    {
        var treebank = new PlantedTreebank(10);
        var data = ProbeData.OfAttention(treebank.Source(new HeadGrid(1, 2)), treebank.Sentences);
        var control = ControlTask.Of(data, 3);
        for (int s = 0; s < 10; s++)
        {
            Assert.Same(data.Sentences[s].Maps, control.Sentences[s].Maps);
            Assert.Equal(data.Sentences[s].Scored, control.Sentences[s].Scored);
            Assert.Equal(ControlTask.Heads([.. treebank.Sentences[s].Words.Select(w => w.Form)], 3), control.Sentences[s].Heads);
        }
    }
}
