namespace AttentionNotebooks.Training;

// Which of five sentences says the same? Four differ in one thing each, and all five stand in the other voice, so that only what is
// said tells them apart.
internal static partial class PairTask
{
    /// <summary>The columns of <see cref="Paraphrases"/>.</summary>
    public const string ParaphraseColumns = "sentence\tparaphrase\tswapped\tpolarity\tverb\tperson";

    /// <summary>Rows: a sentence; the same in the other voice; and, in that voice too, with the roles swapped, with the polarity turned,
    /// with another verb, and with another person who acts.</summary>
    public static IEnumerable<string[]> Paraphrases(Dice dice, int rows, HashSet<string> taken)
    {
        for (int row = 0; row < rows;)
        {
            var fact = Draw(dice);
            bool passive = dice.Chance(0.5);
            Noun[] named = [.. Nouns(fact.Agent), .. Nouns(fact.Patient)];
            Fact[] others =
            [
                fact, fact with { Agent = fact.Patient, Patient = fact.Agent }, fact with { Negative = !fact.Negative },
                fact with { Verb = VerbOf(dice.Pick(Verbs.Where(v => v != fact.Verb.Lemma).ToList())) },
                fact with { Agent = fact.Agent with { Noun = dice.Pick(People.Where(p => !named.Contains(p)).ToList()) } },
            ];
            string[] sentences = [Sentence(fact, passive), .. others.Select(o => Sentence(o, !passive))];
            string[] plain = [.. sentences.Select(s => s.ToLowerInvariant())];
            if (plain.Distinct().Count() < plain.Length || plain.Any(taken.Contains)) continue;
            taken.UnionWith(plain);
            row++;
            yield return sentences;
        }
    }

    private static IEnumerable<Noun> Nouns(Party party) => party.And is null ? [party.Noun] : [party.Noun, .. Nouns(party.And)];
}
