using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Features;
using AttentionNotebooks.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Probes over trees that somebody planted: what is there is found, what is not there is not, and the scores are those of the
/// formula.</summary>
[Collection(TrainingCollection.Name)]
public class DependencyProbeTests
{
    private static readonly HeadGrid Grid = new(2, 2);
    private static readonly ProbeOptions Quick = new() { Epochs = 12, TestShare = 0.3 };

    [Fact]
    public void One_head_that_knows_the_trees_is_found_among_random_ones()
    {
        var treebank = new PlantedTreebank(80);
        var score = DependencyProbe.Train(ProbeData.OfAttention(treebank.Source(Grid, knowing: new Head(1, 1)), treebank.Sentences),
            options: Quick);
        Assert.InRange(score.Test.Value, 0.97, 1);
        Assert.Equal(3, Array.IndexOf(score.ToHead, score.ToHead.Max()));
        Assert.Equal(6 * 4 * 1, score.Weights);
    }

    [Fact]
    public void Random_maps_say_nothing()
    {
        var treebank = new PlantedTreebank(120);
        var data = ProbeData.OfAttention(treebank.Source(Grid), treebank.Sentences);
        var score = DependencyProbe.Train(data, options: Quick);
        // a word has W − 1 others and the root to choose from: 1/W, 0.16 on average over 4 to 9 words
        Assert.InRange(score.Test.Value, 0.1, 0.25);
        // Words that hang on the next, counted by hand over all sentences: the rule's two parts are all of them.
        var right = DependencyProbe.RightBranching(data, Quick);
        Assert.Equal(treebank.Sentences.Sum(s => s.Words.Where((w, i) => w.Tag != "PUNCT" && w.Head == i + 1).Count()),
            right.Test.Correct + right.Train.Correct);
        Assert.Equal(treebank.Sentences.Sum(s => s.Words.Count(w => w.Tag != "PUNCT")), right.Test.Count + right.Train.Count);
    }

    [Fact]
    public void Where_the_word_decides_which_head_knows_words_are_needed()
    {
        // Head 0 knows the trees of even words, head 1 of odd ones; each looks one word too far for the others.
        var treebank = new PlantedTreebank(100, seed: 4);
        bool Even(int text, int token) => int.Parse(treebank.Sentences[text].Words[token - 1].Form.AsSpan(1)) % 2 == 0;
        var source = new MapsInMemory(new HeadGrid(1, 2), treebank.Texts, (t, h) =>
        {
            var right = treebank.Knowing(t);
            int n = right.GetLength(0);
            return Maps.Of(n, (i, j) => i == 0 || i == n - 1 || Even(t, i) == (h.Index == 0) ? right[i, j] : right[i, (j + 1) % n]);
        });
        var data = ProbeData.OfAttention(source, treebank.Sentences);
        var words =
            new WordVectors(1, [.. treebank.Sentences.Select(s => s.Words.Select(w => int.Parse(w.Form.AsSpan(1)) % 2 == 0 ? 1f : -1f)
                .ToArray())], 1);
        Assert.InRange(DependencyProbe.Train(data, options: Quick).Test.Value, 0, 0.85);
        Assert.InRange(DependencyProbe.Train(data, words, Quick).Test.Value, 0.97, 1);
    }

    [Fact]
    public void Distances_find_trees_that_are_nothing_but_distances()
    {
        var chain = Enumerable.Range(0, 20).Select(s =>
            new TreebankSentence($"{s}", [.. Enumerable.Range(0, 4 + s % 3)
                .Select(w => new TreebankWord("a", "X", w - 1, w == 0 ? "root" : "dep"))])).ToArray();
        Assert.Equal(1, DependencyProbe.Train(ProbeData.OfDistances(chain), options: Quick).Test.Value);
        var offset = DependencyProbe.BestOffset(ProbeData.OfDistances(chain), Quick).Test;
        Assert.Equal(offset.Count - 6, offset.Correct); // all but the roots of six sentences
    }

    [Theory]
    [InlineData(0), InlineData(2)]
    public void Scores_are_those_of_the_formula(int d)
    {
        var treebank = new PlantedTreebank(6, seed: 2);
        var source = treebank.Source(Grid);
        var data = ProbeData.OfAttention(source, treebank.Sentences);
        var random = new Random(0);
        var vectors = treebank.Sentences.Select(s =>
            s.Words.SelectMany(_ => new[] { random.NextSingle() - 0.5f, random.NextSingle() - 0.5f }).ToArray()).ToArray();
        var words = d == 0 ? null : new WordVectors(2, vectors, 1);
        using var scope = NewDisposeScope();
        using var model = new ProbeModel(4, d);
        using var batch = new ProbeBatch(data, words, [.. Enumerable.Range(0, 6)]);
        for (int i = 0; i < 5; i++) model.Learn(batch, 0.3, 0);
        double[] weights = model.Values();
        var scores = model.Scores(batch);
        int row = 0;
        for (int s = 0; s < 6; s++)
        {
            int n = treebank.Sentences[s].Words.Count;
            double V(int word, int c) => vectors[s][word * 2 + c];
            for (int i = 0; i < n - 1; i++, row++) // the last word is punctuation
                for (int j = 0; j <= batch.Length; j++)
                {
                    double expected = j == batch.Length ? Root(s, i) : j == i || j >= n ? double.NegativeInfinity : Pair(s, i, j);
                    Assert.Equal(expected, scores[row, j].Value<float>(), 2e-3 * (1 + Math.Abs(double.IsFinite(expected) ? expected : 0)));
                }

            double Pair(int t, int i, int j) => Enumerable.Range(0, 4).Sum(k =>
            {
                var map = source[t, Grid[k]];
                double to = weights[k], from = weights[4 + k];
                for (int c = 0; c < d; c++)
                {
                    int at = 24 + c * 4 + k, block = d * 4;
                    to += weights[at] * V(i, c) + weights[at + block] * V(j, c);
                    from += weights[at + 2 * block] * V(i, c) + weights[at + 3 * block] * V(j, c);
                }
                return to * map[i + 1, j + 1] + from * map[j + 1, i + 1];
            });

            double Root(int t, int i) => Enumerable.Range(0, 16).Sum(f =>
            {
                var map = source[t, Grid[f % 4]];
                double weight = weights[8 + f];
                for (int c = 0; c < d; c++) weight += weights[24 + 4 * d * 4 + c * 16 + f] * V(i, c);
                return weight * (f / 4) switch { 0 => map[i + 1, 0], 1 => map[0, i + 1], 2 => map[i + 1, n + 1], _ => map[n + 1, i + 1] };
            });
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_probe_and_no_tensor_stays()
    {
        var treebank = new PlantedTreebank(20);
        var data = ProbeData.OfAttention(treebank.Source(Grid), treebank.Sentences);
        var first = DependencyProbe.Train(data, options: Quick);
        long alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var again = DependencyProbe.Train(data, options: Quick);
        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(first.ToHead, again.ToHead);
        Assert.Equal(2 * treebank.Sentences.Sum(s => 4L * (s.Words.Count + 2) * (s.Words.Count + 2)), data.Bytes);
    }

    [Fact]
    public void A_model_with_random_weights_is_of_the_same_sizes_and_leaves_the_other_alone()
    {
        using var folder = new TestFolder();
        using (var model = BertFixtures.Model(BertFixtures.Config())) Checkpoint.Save(folder["m"], model,
            WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        using var checkpoint = Checkpoint.Load(folder["m"]);
        var before = BertFixtures.Weights(checkpoint.Model);
        using var random = RandomWeights.Like(checkpoint, seed: 1);
        using var same = RandomWeights.Like(checkpoint, seed: 1);
        var (own, other) = (BertFixtures.Weights(random.Model), BertFixtures.Weights(same.Model));
        Assert.All(own, p => Assert.Equal(p.Value, other[p.Key]));
        Assert.All(before, p => Assert.Equal(p.Value, BertFixtures.Weights(checkpoint.Model)[p.Key]));
        Assert.All(own.Where(p => p.Key.EndsWith("LayerNorm.weight")), p => Assert.All(p.Value, v => Assert.Equal(1, v)));
        double[] drawn = [.. own.Where(p => p.Key.EndsWith("weight") && !p.Key.Contains("LayerNorm")).SelectMany(p => p.Value)];
        Assert.Equal(0.02, Math.Sqrt(drawn.Average(v => v * v)), 1e-3);

        // Vectors of words: the input embeddings averaged over pieces, so that words of the same pieces are the same and no sentence
        // matters.
        TreebankSentence[] sentences = [new("0", [new("playing", "VERB", -1, "root"), new("cat", "NOUN", 0, "obj")]),
            new("1", [new("cat", "NOUN", -1, "root"), new("dog", "NOUN", 0, "obj")])];
        var vectors = WordVectors.Compute(checkpoint, sentences, dimensions: 2);
        Assert.Equal(vectors[0][2..].ToArray(), vectors[1][..2].ToArray());
        float[] Embedding(int id) => [.. before["bert.embeddings.word_embeddings.weight"].Skip(id * 16).Take(16).Select(v => (float)v)];
        double[] playing = [.. Embedding(7).Zip(Embedding(8), (a, b) => (a + b) / 2.0)], cat = [.. Embedding(6).Select(v => (double)v)],
            dog = [.. Embedding(12).Select(v => (double)v)];
        double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
        double Found(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
            Math.Sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]));
        // Three words lie in a plane: two components keep their distances, up to one scale.
        Assert.Equal(Distance(playing, cat) / Distance(cat, dog),
            Found(vectors[0][..2], vectors[0][2..]) / Found(vectors[1][..2], vectors[1][2..]), 1e-4);
        Assert.Equal(1, vectors.Explained, 1e-9);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var treebank = new PlantedTreebank(3);
        var source = treebank.Source(Grid);
        var data = ProbeData.OfAttention(source, treebank.Sentences);
        Assert.Contains("MiB", Assert.Throws<InputException>(() => ProbeData.OfAttention(source, treebank.Sentences, memory: 10)).Message);
        Assert.Contains("cannot be split", Assert.Throws<InputException>(() =>
            DependencyProbe.Train(data, options: new ProbeOptions { TestShare = 1 })).Message);
        Assert.Contains("make no sense", Assert.Throws<InputException>(() =>
            DependencyProbe.Train(data, options: new ProbeOptions { Epochs = 0 })).Message);
        var bare = new MapsInMemory(Grid, [new AttentionText("0", 2, ["a", "b"])], (_, _) => Maps.Uniform(2));
        Assert.Contains("has no [CLS]", Assert.Throws<InputException>(() =>
            ProbeData.OfAttention(bare, [new TreebankSentence("0", [new("a", "X", 1, "x"), new("b", "X", -1, "root")])])).Message);
    }
}
