namespace AttentionNotebooks.Training;

/// <summary>
/// An endless row of batches of equal length each, so that nothing is padded. A pass over the documents cuts them
/// anew; examples that fill no batch wait for the next pass.
/// </summary>
internal sealed class BatchStream(IReadOnlyList<int[][]> documents, ExampleBuilder builder, int tokensPerBatch, int seed)
{
    /// <summary>Batches in the order of training.</summary>
    public IEnumerable<Example[]> Endless()
    {
        var waiting = new Dictionary<int, List<Example>>();
        for (int pass = 0; ; pass++)
        {
            var random = new Random(unchecked((seed * 7919) + pass));
            var batches = new List<Example[]>();
            var examples = builder.Build(documents, random).ToArray();
            random.Shuffle(examples);
            foreach (var example in examples)
            {
                int length = example.Ids.Length;
                if (!waiting.TryGetValue(length, out var list)) waiting[length] = list = [];
                list.Add(example);
                if ((list.Count + 1) * length <= tokensPerBatch) continue;
                batches.Add([.. list]);
                list.Clear();
            }
            var order = batches.ToArray();
            random.Shuffle(order);
            foreach (var batch in order) yield return batch;
        }
    }

    /// <summary>Batches for an evaluation: every example once, up to a number of tokens, the same ones every time.</summary>
    public List<Example[]> Finite(int tokens)
    {
        var random = new Random(seed);
        var examples = builder.Build(documents, random).ToArray();
        random.Shuffle(examples);
        int total = 0;
        return [.. examples.TakeWhile(e => (total += e.Ids.Length) <= tokens || total == e.Ids.Length).GroupBy(e => e.Ids.Length)
            .OrderBy(g => g.Key)
            .SelectMany(g => g.Chunk(Math.Max(1, tokensPerBatch / g.Key)))];
    }
}
