namespace AttentionNotebooks.Training;

/// <summary>Which sentence is English? Every bad one is a good one of the same split with one known fault.</summary>
internal static class AcceptabilityTask
{
    private const int LongestSentence = 16;

    /// <summary>Rows of one split: good and bad by turns.</summary>
    public static IEnumerable<string[]> Generate(Dice dice, int pairs, HashSet<string> taken)
    {
        for (int pair = 0; pair < pairs; pair++)
        {
            var (name, spoil) = Violations.All[pair % Violations.All.Count];
            string? good = null, bad = null;
            while (bad is null)
            {
                var sentence = new SentenceGrammar(dice, new Scene(dice, loyalty: 0)).Sentence();
                good = sentence.Text;
                if (sentence.Words.Count is < 4 or > LongestSentence || taken.Contains(good.ToLowerInvariant())) continue;
                bad = spoil(sentence, dice);
                if (bad is not null && (bad == good || taken.Contains(bad.ToLowerInvariant()))) bad = null;
            }
            taken.Add(good!.ToLowerInvariant());
            taken.Add(bad.ToLowerInvariant());
            yield return [good, "1", name, pair.ToString(System.Globalization.CultureInfo.InvariantCulture)];
            yield return [bad, "0", name, pair.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        }
    }
}
