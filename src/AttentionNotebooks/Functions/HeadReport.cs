using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// What a model's heads do, measured and written as Markdown for a model card. Each method runs the model over all its texts.
/// </summary>
public static class HeadReport
{
    private const double Half = 0.5, BroadPart = 0.75, Points = 0.10;
    private const int LeastDependents = 100, Clusters = 4, Listed = 4;

    /// <summary>Patterns and clusters of the heads over texts.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="texts">The texts; longer ones are cut to the model's limit.</param>
    /// <param name="origin">What the texts are, as it follows their number: <c>held-out sentences</c>.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There is no text, or one is empty.</exception>
    public static string Patterns(Checkpoint checkpoint, IReadOnlyList<string> texts, string origin,
        CancellationToken cancellation = default)
    {
        var source = new LiveAttention(checkpoint, texts, checkpoint.Tokenizer.MaxLength);
        var table = source.Extract([.. StandardFeatures.All, ConcentrationFeatures.NormalisedEntropy], cancellation: cancellation);
        string Strongest(string name, Func<Head, double> value)
        {
            var found = table.Grid.All().Where(h => value(h) > Half).OrderByDescending(value).ToList();
            string examples = string.Join(", ",
                table.Grid.All().OrderByDescending(value).Take(Listed).Select(h => Invariant($"{h}: {value(h):F2}")));
            string most = found.Count > 0 ? "" : "the most ";
            return Invariant($"- More than half of the attention on {name}: {found.Count} heads ({most}{examples}).\n");
        }
        var clustering = table.Select(StandardFeatures.ForClustering).Cluster(Clusters);
        int broad = table.Column(ConcentrationFeatures.NormalisedEntropy.Name).Count(v => v > BroadPart);
        var text = new StringBuilder(Invariant($"On {texts.Count:N0} {origin} (layers and heads count from 0):\n\n"));
        text.Append(Strongest("the previous token", h => table[h, "previous"])).Append(Strongest("the next token", h => table[h, "next"]))
            .Append(Strongest("[CLS] and [SEP] together", h => table[h, "cls"] + table[h, "sep"]))
            .Append(Invariant($"- Entropy above {BroadPart:P0} of the uniform map's: {broad} heads.\n"))
            .Append(Invariant($"- K-means with k = {Clusters} on {clustering.Table.Features.Count} features, "))
            .Append(Invariant($"silhouette {clustering.Silhouette:F2}:\n"));
        foreach (var c in clustering.Clusters)
            text.Append(Invariant($"  - {c.Name}, {c.Heads.Count} heads, {Layers(c.Heads)}: {c.Evidence}\n"));
        return text.ToString();
    }

    /// <summary>Relations of a treebank where one head beats the best fixed offset.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="treebank">A treebank in CoNLL-U.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The treebank cannot be read, or no sentence fits the model.</exception>
    public static string Relations(Checkpoint checkpoint, string treebank, CancellationToken cancellation = default)
    {
        var (source, sentences, _) = TreebankAttention.Of(checkpoint, ConllU.Read(treebank));
        var best = DependencyRelations.Score(source, sentences,
            cancellation: cancellation).GroupBy(s => s.Relation).Select(g => g.MaxBy(s => s.Accuracy.Correct)!)
            .Where(s => s.Accuracy.Count >= LeastDependents).ToList();
        double Gain(RelationScore s) => s.Accuracy.Value - s.Baseline.Value;
        var found = best.Where(s => Gain(s) >= Points).OrderByDescending(Gain).ToList();
        var text = new StringBuilder(Invariant($"`{Path.GetFileName(treebank)}`, {sentences.Count:N0} sentences: "))
            .Append(Invariant($"{found.Count} of {best.Count} "))
            .Append(Invariant($"relations with {LeastDependents} dependents or more have a head that beats the best fixed offset by "))
            .Append(Invariant($"{100 * Points:F0} points (Clark et al. 2019, §4.2; the head is chosen on the same sentences, "))
            .Append("which flatters it).\n");
        if (found.Count == 0) return text.ToString();
        text.Append("\n| relation | dependents | head | read | accuracy (95 %) | best offset |\n|---|---|---|---|---|---|\n");
        foreach (var s in found)
        {
            string direction = s.Direction == Direction.DependentToHead ? "dep→head" : "head→dep";
            text.Append(Invariant($"| {s.Relation} | {s.Accuracy.Count:N0} | {s.Head} | {direction} | {Share(s.Accuracy)} "))
                .Append(Invariant($"| {s.Baseline.Value:F3} ({s.Offset:+0;-0}) |\n"));
        }
        return text.ToString();
    }

    /// <summary>Subject and verb: how often the masked-LM head prefers the right number.</summary>
    /// <param name="checkpoint">A model with a masked-LM head.</param>
    /// <param name="file">Items, as <see cref="SubjectVerbAgreement.Read"/> takes them.</param>
    /// <exception cref="InputException">The file cannot be read, or the model has no masked-LM head.</exception>
    public static string Agreement(Checkpoint checkpoint, string file)
    {
        var items = SubjectVerbAgreement.Read(file);
        var answers = SubjectVerbAgreement.Judge(checkpoint, items);
        var text = new StringBuilder($"`{Path.GetFileName(file)}`: of two forms of a hidden verb, ")
            .Append("the one that agrees with its subject scores higher, by the nouns of the other number between them ")
            .Append(Invariant($"({answers.Count(a => a is not null):N0} of {items.Count:N0} items can be asked; chance is 0.5).\n\n"))
            .Append("| attractors | items | right (95 %) |\n|---|---|---|\n");
        foreach (var (attractors, right) in SubjectVerbAgreement.ByAttractors(items, answers))
            text.Append(Invariant($"| {attractors} | {right.Count:N0} | {Share(right)} |\n"));
        return text.ToString();
    }

    private static string Layers(IEnumerable<Head> heads)
    {
        int[] layers = [.. heads.Select(h => h.Layer).Order()];
        return layers[0] == layers[^1] ? $"layer {layers[0]}" : $"layers {layers[0]}–{layers[^1]} (median {layers[layers.Length / 2]})";
    }

    private static string Share(Proportion p) => Invariant($"{p.Value:F3} ({p.Interval.Low:F3}–{p.Interval.High:F3})");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
