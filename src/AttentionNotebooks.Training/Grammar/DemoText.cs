namespace AttentionNotebooks.Training;

/// <summary>Plain text of the grammar, to train models on.</summary>
public static class DemoText
{
    private const int MostAttractors = 3;

    /// <summary>Paragraphs of 3 to 8 sentences that belong together: they share their world, its people and things; those of
    /// <paramref name="agreement"/> each have a world of their own.</summary>
    /// <param name="seed">Decides every sentence.</param>
    /// <param name="sentences">At least this many.</param>
    /// <param name="excluded">Lower-cased sentences that must not occur: those of the treebank and the tasks.</param>
    /// <param name="agreement">The share of sentences made like the agreement task's: up to three nouns of the other number between subject
    /// and verb, which are rare otherwise.</param>
    /// <returns>One paragraph after the other.</returns>
    public static IEnumerable<string> Paragraphs(int seed, int sentences, IReadOnlySet<string> excluded, double agreement = 0)
    {
        // The treebank's own seeds are small numbers too: a salt keeps the two apart.
        var dice = new Dice(unchecked(seed * 31 + 7_654_321));
        for (int written = 0; written < sentences;)
        {
            var grammar = new SentenceGrammar(dice, new Scene(dice, loyalty: 0.55));
            int length = 3 + dice.Below(6);
            var paragraph = new List<string>(length);
            while (paragraph.Count < length)
            {
                // A draw less where none are wanted, so that texts without them stay as they were.
                var sentence = agreement > 0 && dice.Chance(agreement)
                    ? AgreementTask.Draw(dice, dice.Below(MostAttractors + 1), plural: dice.Chance(0.5)).Tree : grammar.Sentence();
                if (sentence.Words.Count <= DemoTreebank.LongestSentence && !excluded.Contains(sentence.Text.ToLowerInvariant()))
                    paragraph.Add(sentence.Text);
            }
            written += length;
            yield return string.Join(' ', paragraph);
        }
    }
}
