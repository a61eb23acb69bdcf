namespace AttentionNotebooks;

/// <summary>Which sentences a probe learns from and which it is tested on.</summary>
/// <param name="Train">Positions of the training sentences.</param>
/// <param name="Test">Positions of the sentences held out.</param>
/// <param name="Seed">Decides the draws of the interval.</param>
internal sealed record ProbeSplit(int[] Train, int[] Test, int Seed)
{
    public static ProbeSplit Of(ProbeData data, ProbeOptions options)
    {
        if (options.Epochs < 1 || options.Batch < 1 || !(options.LearningRate > 0) || !(options.Decay >= 0))
            throw new InputException("the options of a probe", null, $"make no sense: {options}",
                "Take at least 1 epoch and 1 sentence a step, a positive learning rate and no negative decay");
        int[] order = [.. Enumerable.Range(0, data.Sentences.Count)];
        new Random(options.Seed).Shuffle(order);
        int test = (int)Math.Round(order.Length * options.TestShare);
        if (test < 1 || test >= order.Length)
            throw new InputException($"{order.Length} sentences", null,
                FormattableString.Invariant($"cannot be split with {options.TestShare:0.##} of them held out"),
                    "Give more sentences, or hold out a share between 0 and 1");
        return new ProbeSplit(order[test..], order[..test], options.Seed);
    }

    public ProbeScore Score(string name, Dictionary<int, (int Found, int Asked)> train, Dictionary<int, (int Found, int Asked)> test,
        int weights)
    {
        static Proportion All(Dictionary<int, (int Found, int Asked)> of) => new(of.Values.Sum(v => v.Found), of.Values.Sum(v => v.Asked));
        var held = Test.Where(test.ContainsKey).Select(s => test[s]).ToArray();
        return new ProbeScore(name, All(test), Bootstrap.Ratio([.. held.Select(v => (double)v.Found)],
            [.. held.Select(v => (double)v.Asked)], seed: Seed), All(train), weights)
        { Sentences = held };
    }
}
