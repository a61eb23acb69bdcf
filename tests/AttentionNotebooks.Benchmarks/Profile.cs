using System.Diagnostics;
using System.Globalization;
using AttentionNotebooks.Benchmarks.Compare;
using TorchSharp;

namespace AttentionNotebooks.Benchmarks;

/// <summary>Where an extraction's time goes: the real pass, stopped at its own hooks. On the CPU an operation is done when its call
/// returns.</summary>
internal static class Profile
{
    public static void Run(Precision precision, int texts, int tokens = 128)
    {
        var folder = Directory.CreateTempSubdirectory("attention-profile-");
        try
        {
            RandomBert.Write(folder.FullName, RandomBert.Base);
            using var checkpoint = Checkpoint.Load(folder.FullName).To(precision);
            var tokenized = RandomBert.Texts(Enumerable.Repeat(tokens, texts));
            Stages(checkpoint, tokenized); // warm-up
            var stages = Stages(checkpoint, tokenized);
            double all = stages.Values.Sum();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"### Profile: BERT-base's shape, {precision}, {texts} texts × {tokens} tokens, {1000 * all / texts:0.0} ms a text\n\n| "
                    + $"stage | ms a text | share |\n|---|---|---|"));
            foreach (var (stage, seconds) in stages)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {stage} | {1000 * seconds / texts:0.00} | {seconds / all:P1} |"));
            Console.WriteLine("\n| feature, in this order; what is shared counts where it is asked first | ms a text |\n|---|---|");
            foreach (var (feature, seconds) in Features(texts, tokens))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {feature} | {1000 * seconds / texts:0.00} |"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, double> Stages(Checkpoint checkpoint, TokenizedText[] texts)
    {
        var seconds = new Dictionary<string, double>();
        var clock = Stopwatch.StartNew();
        void Lap(string stage)
        {
            seconds[stage] = seconds.GetValueOrDefault(stage) + clock.Elapsed.TotalSeconds;
            clock.Restart();
        }
        int last = checkpoint.Config.NumHiddenLayers - 1;
        var hooks = new AttentionHooks
        {
            OnStates = (layer, _) => Lap(layer == 0 ? "embeddings" : "mixing the heads, feed-forward, two norms"),
            OnValues = (layer, _) => Lap(layer == last ? "values of the last layer (computed for this profile alone)" : "values"),
            EditScores = (_, scores) => { Lap("queries, keys and scores"); return scores; },
            EditProbabilities = (_, p) => { Lap("softmax"); return p; },
            EditHeads = (_, context) => { Lap("probabilities × values"); return context; },
        };
        var source = new LiveAttention(checkpoint, texts) { Edits = (hooks, "profile") };
        var reducer = new FeatureReducer(source.Grid, StandardFeatures.All);
        source.Visit(new Timed(reducer, () => Lap("features and their copies to the host")),
            progress: new Each(() => Lap("batches made and disposed")));
        return seconds;
    }

    private static IEnumerable<(string, double)> Features(int texts, int tokens)
    {
        var grid = new HeadGrid(12, 12);
        int batchSize = Math.Min(16, texts);
        using var layer = DistanceRows.RandomMaps(grid, tokens);
        using var maps = layer.narrow(0, 0, grid.Heads).unsqueeze(0).expand(batchSize, -1, -1, -1).contiguous();
        AttentionText[] members = [.. Enumerable.Range(0, batchSize).Select(i => new AttentionText($"{i}", tokens, null))];
        var seconds = StandardFeatures.All.ToDictionary(f => f.Name, _ => 0.0);
        for (int pass = 0; pass < 4; pass++)
        {
            using var batch = new TextBatch(members, [.. Enumerable.Range(0, batchSize)]);
            using var layerMaps = new LayerMaps(batch, 0, maps);
            foreach (var f in StandardFeatures.All)
            {
                using var scope = torch.NewDisposeScope();
                double time = Rounds.Time(() => f.Compute(layerMaps).cpu());
                if (pass > 0) seconds[f.Name] += time / 3 * grid.Layers * texts / batchSize;
            }
        }
        return seconds.Select(s => (s.Key, s.Value));
    }

    private sealed class Timed(IAttentionVisitor inner, Action after) : IAttentionVisitor
    {
        public bool NeedsValues => inner.NeedsValues;

        public void Visit(LayerMaps maps)
        {
            inner.Visit(maps);
            after();
        }
    }

    private sealed class Each(Action report) : IProgress<VisitProgress>
    {
        public void Report(VisitProgress value) => report();
    }
}
