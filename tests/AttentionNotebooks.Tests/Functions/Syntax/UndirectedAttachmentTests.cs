using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

public class UndirectedAttachmentTests
{
    [Theory]
    [InlineData(2), InlineData(3), InlineData(5)]
    public void The_spanning_tree_is_the_heaviest_of_all_trees(int nodes)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var w = new double[nodes, nodes];
            for (int i = 0; i < nodes; i++)
                for (int j = 0; j < i; j++) w[i, j] = w[j, i] = random.NextDouble();
            var parent = UndirectedAttachment.SpanningTree(nodes, (i, j) => w[i, j]);
            double found = Enumerable.Range(1, nodes - 1).Sum(i => w[i, parent[i]]);
            Assert.Equal(Trees(nodes).Max(t => Enumerable.Range(1, nodes - 1).Sum(i => w[i, t[i]])), found, 1e-12);
        }
    }

    [Fact]
    public void A_head_that_knows_the_trees_finds_all_edges_and_is_the_one_that_is_chosen()
    {
        var treebank = new PlantedTreebank(30);
        var scores = UndirectedAttachment.Measure(treebank.Source(new HeadGrid(2, 2), knowing: new Head(1, 0)), treebank.Sentences);
        Assert.Equal(1, scores.ByHead[2].Value);
        Assert.Equal([new Head(1, 0), new Head(1, 0)], scores.Chosen);
        Assert.Equal((1, 1, 1), (scores.Best.Value, scores.BestInterval.Low, scores.BestInterval.High));
        Assert.All(new[] { 0, 1, 3 }, h => Assert.InRange(scores.ByHead[h].Value, 0.1, 0.7));
    }

    [Fact]
    public void Punctuation_has_no_edge_and_the_chain_ties_neighbours()
    {
        // a b , c: a ← b (neighbours), c → b (neighbours once the comma is gone)
        TreebankSentence sentence = new("0", [new("a", "DET", 1, "det"), new("b", "NOUN", -1, "root"), new(",", "PUNCT", 1, "punct"),
            new("c", "NOUN", 1, "conj")]);
        var source = new MapsInMemory(new HeadGrid(1, 1),
            [.. Enumerable.Repeat(new AttentionText("0", 6, ["[CLS]", "a", "b", ",", "c", "[SEP]"]), 2)], (_, _) => Maps.Uniform(6));
        var scores = UndirectedAttachment.Measure(source, [sentence, sentence]);
        Assert.Equal(new Proportion(4, 4), scores.Chain);
    }

    // All trees over some nodes, as parents with node 0 for the root.
    private static IEnumerable<int[]> Trees(int nodes)
    {
        int all = (int)Math.Pow(nodes, nodes - 1);
        for (int code = 0; code < all; code++)
        {
            var parent = new int[nodes];
            for (int i = 1, rest = code; i < nodes; i++, rest /= nodes) parent[i] = rest % nodes;
            if (Enumerable.Range(1, nodes - 1).All(i => Reaches(parent, i))) yield return parent;
        }
    }

    private static bool Reaches(int[] parent, int node)
    {
        for (int steps = 0; steps < parent.Length; steps++, node = parent[node])
            if (node == 0) return true;
        return false;
    }
}
