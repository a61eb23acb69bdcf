namespace AttentionNotebooks.Tests.Features;

/// <summary>A few texts of all kinds with random maps: single and pairs, short and long, with pieces, punctuation and repeated
/// words.</summary>
internal static class Corpus
{
    public static readonly HeadGrid Grid = new(3, 2);

    public static readonly AttentionText[] Texts =
    [
        Text("the/DET cat/NOUN saw/VERB the/DET dog/NOUN ,/PUNCT and/CCONJ the/DET dog/NOUN saw/VERB it/PRON ./PUNCT"),
        Text("play/VERB ##ing/VERB is/AUX play/NOUN", "so/ADV play/VERB ##ing/VERB !/PUNCT"),
        Text("no/INTJ"),
        Text(string.Join(' ', Enumerable.Range(0, 75).Select(i => i % 7 == 0 ? "a/DET" : i % 5 == 0 ? ",/PUNCT" : $"w{i % 11}/NOUN"))),
        Text("two/NUM of/ADP the/DET three/NUM", "not/PART one/NUM"),
        Text("the/DET old/ADJ man/NOUN sleeps/VERB and/CCONJ dreams/VERB of/ADP lions/NOUN"),
    ];

    public static MapsInMemory Source(double sharpness = 2) =>
        new(Grid, Texts, (t, h) => Maps.Random(Texts[t].Length, 100 * t + 10 * h.Layer + h.Index, sharpness));

    /// <summary>The slow form of a feature of one text and head of a source.</summary>
    public static double Slow(string feature, MapsInMemory source, int text, Head head)
    {
        var of = source.Texts[text];
        double[,] MeanOfHeads(int layer)
        {
            double[][,] maps = [.. Enumerable.Range(0, source.Grid.Heads).Select(h => source[text, new Head(layer, h)])];
            return Maps.Of(of.Length, (i, j) => maps.Average(m => m[i, j]));
        }
        var below = feature == "rollout_distance" ? SlowFeatures.RolloutBelow(head.Layer, of.Length, MeanOfHeads) : null;
        return SlowFeatures.Of(feature, source[text, head], of, below: below,
            counts: token => source.Texts.Sum(t => t.Tokens!.Count(x => x == token)));
    }

    private static AttentionText Text(params string[] parts)
    {
        var words = parts.SelectMany((p, i) => p.Split(' ').Append("[SEP]/")).Prepend("[CLS]/").Select(w => w.Split('/')).ToArray();
        return new AttentionText(parts[0], words.Length, [.. words.Select(w => w[0])])
        { Tags = [.. words.Select(w => w[1].Length == 0 ? null : w[1])] };
    }
}
