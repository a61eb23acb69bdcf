namespace AttentionNotebooks.Training;

/// <summary>Random choices from a seed; .NET keeps the sequence of a seeded <see cref="Random"/> the same in all its versions.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public int Below(int limit) => _random.Next(limit);

    public T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    /// <summary>One of the choices, each as likely as its weight says.</summary>
    public T Weighted<T>(params ReadOnlySpan<(double Weight, T Choice)> choices)
    {
        double sum = 0;
        foreach (var (weight, _) in choices) sum += weight;
        double left = _random.NextDouble() * sum;
        foreach (var (weight, choice) in choices)
            if ((left -= weight) < 0) return choice;
        return choices[^1].Choice;
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = _random.Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
