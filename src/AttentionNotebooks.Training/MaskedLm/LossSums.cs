namespace AttentionNotebooks.Training;

/// <summary>Training losses added up over batches, in nats, and the number of batches that each is a sum over.</summary>
internal readonly record struct LossSums(int Batches, double Loss, int PairBatches, double Pair, int SpeakingBatches, double Speaking)
{
    /// <summary>Both together.</summary>
    public LossSums Plus(LossSums other) =>
        new(Batches + other.Batches, Loss + other.Loss, PairBatches + other.PairBatches, Pair + other.Pair,
            SpeakingBatches + other.SpeakingBatches, Speaking + other.Speaking);
}
