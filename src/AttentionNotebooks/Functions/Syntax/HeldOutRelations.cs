namespace AttentionNotebooks;

/// <summary>What was chosen on one half of the sentences, and what it is worth on the other.</summary>
/// <param name="Head">The head with the most dependents' heads found.</param>
/// <param name="Direction">Which way it is read.</param>
/// <param name="Chosen">Its accuracy on the half that it was chosen on.</param>
/// <param name="Scored">Its accuracy on the other half.</param>
/// <param name="Offset">The best fixed offset of the half that was chosen on.</param>
/// <param name="OffsetScored">The offset's accuracy on the other half.</param>
public sealed record HeldOutChoice(Head Head, Direction Direction, Proportion Chosen, Proportion Scored, int Offset,
    Proportion OffsetScored)
{
    /// <summary>The best rule on parts of speech of the half that was chosen on.</summary>
    public PartOfSpeechRule PartOfSpeech { get; init; }
}

/// <summary>A relation, with nothing chosen on the words that it is scored on.</summary>
/// <param name="Best">The best head over all words, as papers report it: chosen and scored on the same words.</param>
/// <param name="Choices">What either half chose.</param>
/// <param name="Accuracy">Both halves' held-out scores together: every word is scored by the head that was chosen without its
/// sentence.</param>
/// <param name="Interval">95 % of it over sentences, the choices held fixed.</param>
/// <param name="Baseline">The same for the best fixed offset, chosen on the other half as well.</param>
/// <param name="Gain">Accuracy − baseline.</param>
/// <param name="GainInterval">95 % of the gain over sentences.</param>
public sealed record HeldOutRelation(string Relation, RelationScore Best, IReadOnlyList<HeldOutChoice> Choices, Proportion Accuracy,
    Interval Interval,
    Proportion Baseline, double Gain, Interval GainInterval)
{
    /// <summary><see cref="McNemar"/>'s p-value of the held-out head against the held-out offset on the same words.</summary>
    public double PValue { get; init; }

    /// <summary><see cref="PValue"/> corrected by Holm for all relations.</summary>
    public double Holm { get; init; }

    /// <summary>Whether the head is better than the offset, and that is sure: a gain, with p &lt; 0.05 after Holm.</summary>
    public bool BeatsOffset => Gain > 0 && Holm < LeastPValue.Level;

    /// <summary><see cref="PValue"/> corrected by Benjamini and Hochberg for all relations.</summary>
    public double BenjaminiHochberg { get; init; }

    /// <summary>Against the nearest word of a part of speech on one side, the best such rule of the other half.</summary>
    public required HeldOutBaseline PartOfSpeech { get; init; }

    /// <summary>Against the best of all heads and directions of a model of the same shape with random weights; <see langword="null"/>
    /// where that was not measured.</summary>
    public HeldOutBaseline? RandomWeights { get; init; }

    /// <summary>Whether the held-out head is at least ten percent better than the held-out offset.</summary>
    /// <param name="margin">Ten percent of what.</param>
    public bool Exceeds(Margin margin) => RelationScore.Exceeds(Accuracy, Baseline, margin);
}

/// <summary>
/// The maximum over 288 heads and directions flatters: of many guessers without skill the best one looks good on the words that
/// it was chosen on. Here the sentences are dealt into halves; head, direction and the baseline's offset are chosen on one half
/// and scored on the other, and the other way round (cross-fitting). An offset knows only distance. So two more baselines are chosen
/// in the same way: the nearest word of a part of speech, and the best head of a model that has learnt nothing.
/// </summary>
public static class HeldOutRelations
{
    /// <summary>Cross-fits every relation.</summary>
    /// <param name="hits">What the heads found.</param>
    /// <param name="foldSubtypes">Whether a subtype counts as its relation.</param>
    /// <param name="seed">Decides the halves and the draws of the intervals.</param>
    /// <param name="draws">Draws of sentences for the intervals.</param>
    /// <param name="randomWeights">What a model with random weights found in the same sentences
    /// (<see cref="DependencyHits.OfRandomWeights"/>); no such baseline when omitted.</param>
    /// <returns>The relations, the commonest first; those without a word in one of the halves are left out.</returns>
    /// <exception cref="InputException">There is only one sentence.</exception>
    /// <exception cref="ArgumentException">The model with random weights read other sentences.</exception>
    public static IReadOnlyList<HeldOutRelation> Score(DependencyHits hits, bool foldSubtypes = false, int seed = 0,
        int draws = Bootstrap.DefaultDraws, DependencyHits? randomWeights = null)
    {
        if (randomWeights is not null && !randomWeights.Words.SequenceEqual(hits.Words))
            throw new ArgumentException("random weights read other sentences", nameof(randomWeights));
        if (hits.Sentences.Count < 2)
            throw new InputException("the treebank", null, "has one sentence, which cannot be dealt into two halves",
                "Give more sentences");
        var half = hits.Table.Half(seed);
        var tags = new PartOfSpeechBaseline(hits);
        var found = hits.Relations(foldSubtypes)
            .Select(r => Score(hits, r, hits.WordsOf(r, foldSubtypes), half, tags, randomWeights, seed, draws))
            .OfType<HeldOutRelation>().ToArray();
        double[] p = [.. found.Select(r => r.PValue)], holm = MultipleTesting.Holm(p), bh = MultipleTesting.BenjaminiHochberg(p),
            ofTags = MultipleTesting.Holm([.. found.Select(r => r.PartOfSpeech.PValue)]),
            ofRandom = randomWeights is null ? [] : MultipleTesting.Holm([.. found.Select(r => r.RandomWeights!.PValue)]);
        return [.. found.Select((r, i) => r with
        {
            Holm = holm[i], BenjaminiHochberg = bh[i], PartOfSpeech = r.PartOfSpeech with { Holm = ofTags[i] },
            RandomWeights = r.RandomWeights is { } random ? random with { Holm = ofRandom[i] } : null,
        }).OrderByDescending(r => r.Accuracy.Count)];
    }

    /// <summary>Every head's counts in either half, from which any choice can be made again.</summary>
    /// <param name="hits">What the heads found.</param>
    /// <param name="foldSubtypes">Whether a subtype counts as its relation.</param>
    /// <param name="seed">Decides the halves, as it does for the held-out scores.</param>
    /// <returns>In the order of <see cref="DependencyRelations.Score(DependencyHits, bool)"/>.</returns>
    public static IReadOnlyList<(Proportion First, Proportion Second)> Halves(DependencyHits hits, bool foldSubtypes = false, int seed = 0)
    {
        var half = hits.Table.Half(seed);
        return [.. hits.Relations(foldSubtypes).SelectMany(relation =>
        {
            var words = hits.WordsOf(relation, foldSubtypes);
            BitSet first = words.And(half), second = words.Without(half);
            return Enumerable.Range(0, hits.Table.Candidates)
                .Select(c => (new Proportion(hits.Table[c].CountAnd(first), first.Count()),
                    new Proportion(hits.Table[c].CountAnd(second), second.Count())));
        })];
    }

    private static HeldOutRelation? Score(DependencyHits hits, string relation, BitSet words, BitSet half, PartOfSpeechBaseline tags,
        DependencyHits? randomWeights, int seed, int draws)
    {
        if (hits.Table.CrossFit(words, half) is not { } fit) return null;
        BitSet first = words.And(half), second = words.Without(half);
        int onFirst = OffsetBaseline.Best(hits, first), onSecond = OffsetBaseline.Best(hits, second);
        var baseline = OffsetBaseline.Hits(hits, second, onFirst).Or(OffsetBaseline.Hits(hits, first, onSecond));
        PartOfSpeechRule ruleOnFirst = tags.Best(first), ruleOnSecond = tags.Best(second);
        var ofTags = tags.Hits(second, ruleOnFirst).Or(tags.Hits(first, ruleOnSecond));

        double[][] counts = hits.Table.PerUnit(words, fit.Hits);
        var offset = HeldOutBaseline.Of(hits.Table, words, fit.Hits, baseline, seed, draws);
        HeldOutChoice Choice(int candidate, int place, PartOfSpeechRule rule, BitSet own, BitSet other)
        {
            var (head, direction) = hits.Candidate(candidate);
            var set = hits.Table[candidate];
            return new HeldOutChoice(head, direction, new Proportion(set.CountAnd(own), own.Count()),
                new Proportion(set.CountAnd(other), other.Count()),
                place, new Proportion(OffsetBaseline.Hits(hits, other, place).Count(), other.Count()))
            { PartOfSpeech = rule };
        }
        return new HeldOutRelation(relation, DependencyRelations.Score(hits, relation, words).MaxBy(s => s.Accuracy.Correct)!,
            [Choice(fit.OnFirst, onFirst, ruleOnFirst, first, second), Choice(fit.OnSecond, onSecond, ruleOnSecond, second, first)],
            new Proportion(fit.Hits.Count(), words.Count()), Bootstrap.Ratio(counts[0], counts[1], draws, seed: seed),
            offset.Accuracy, offset.Gain, offset.GainInterval)
        {
            PValue = offset.PValue,
            PartOfSpeech = HeldOutBaseline.Of(hits.Table, words, fit.Hits, ofTags, seed, draws),
            RandomWeights = randomWeights?.Table.CrossFit(words, half) is { } random
                ? HeldOutBaseline.Of(hits.Table, words, fit.Hits, random.Hits, seed, draws) : null,
        };
    }
}
