using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Training;

/// <summary>The README.md of a trained model: what it is, what it was trained on, what was measured, and its limits.</summary>
public static class ModelCard
{
    /// <summary>Writes the card into a checkpoint folder.</summary>
    /// <param name="report">What the run did.</param>
    /// <param name="texts">The texts by the names they shall have in the card.</param>
    /// <param name="dataNote">Where the texts are from and their licences, as a paragraph of Markdown; left out when empty.</param>
    /// <param name="findings">Further sections of Markdown about what was measured on the model; left out when empty.</param>
    /// <param name="startedFrom">The model that went on learning; left out for one that was trained from nothing.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string folder, TrainingReport report, IReadOnlyList<string> texts, string? dataNote = null,
        string? findings = null, string? startedFrom = null)
    {
        var card = new StringBuilder();
        foreach (string? section in new[] { Summary(report, startedFrom), Training(report), Measured(report), findings, Limits,
            Data(texts, dataNote) })
        {
            if (string.IsNullOrWhiteSpace(section)) continue;
            if (card.Length > 0) card.Append('\n');
            card.Append(section.Trim().ReplaceLineEndings("\n")).Append('\n');
        }
        AtomicFile.WriteText(Path.Combine(folder, "README.md"), card.ToString());
    }

    private const string Limits =
        "## Limits\n\n"
        + "This is a very small model after a very short training. It shows how attention is analysed and calibrated. "
        + "It is not a source of facts and not a base for applications. Its heads are not those of BERT-base, and figures about it "
        + "say nothing about BERT-base. It carries the views of its texts.";

    private static string Summary(TrainingReport r, string? startedFrom) => Invariant($"""
        # A small BERT for studying attention heads

        {r.Options.Layers} layers × {r.Options.Heads} heads, hidden size {r.Options.HiddenSize} ({r.Options.HiddenSize
            / r.Options.Heads} per head), feed-forward {r.Options.IntermediateSize}, {r.Options.Positions} positions, vocabulary {r
            .VocabularySize} (lower-cased word pieces): {r.Parameters:N0} parameters, stored as {(r.Options.HalfPrecision
            ? "float16" : "float32")}. An ordinary post-normalised BERT in Hugging Face's layout, {(startedFrom is null
            ? "trained from nothing" : $"trained on from `{startedFrom}`")}.
        """);

    private static string Training(TrainingReport r)
    {
        var o = r.Options;
        string pairs = o.PairWeight > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $" Pairs of segments, weight {o.PairWeight}: does the second follow the first, or is it from another document (half and "
                    + $"half; Devlin et al. 2019, task 2)?{(o.PairsFrom > 0 ? string.Create(CultureInfo.InvariantCulture, $" They count "
                    + $"after {o.PairsFrom:P0} of the steps.") : "")}")
            : " No pairs of segments, so the model has no pooler.";
        string speaking = o.SpeakingCost > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"\n- A cost for what heads add: {o.SpeakingCost} times the sum over heads of the mean length of what a head adds to a "
                    + $"token, relative to the residual, in the late phase. So an idle head learns to add nothing. "
                    + $"{(o.FreeSpecialTokens ? "What it takes from [CLS] and [SEP] is free, so that it parks its attention there"
                    : "It chooses itself where to park its attention")}. The original BERT was trained without this cost.")
            : "";
        return Invariant($"""
            ## Training

            - Text: {r.CorpusPieces:N0} word pieces to learn from; one block of 50 lines in {o.HoldOutEvery} held out.
            - Examples: 3 in 10 single sentences, the rest consecutive sentences up to {o.Positions / 4}, {o.Positions
                / 2} or {o.Positions} tokens, half of these as a pair of segments{(o.ShortUntil > 0
                    ? Invariant($"; none above {ExampleBuilder.ShortLimit(o.Positions)} in the first {o.ShortUntil:P0} of the steps")
                    : "")}.
            - Objective: masked words ({o.MaskRate:P0} of the tokens; 80 % [MASK], 10 % random, 10 % kept).{pairs}{speaking}
            - {r.StepsDone:N0} of {o.Steps:N0} steps, {r.Tokens:N0} tokens ({r.Tokens
                / (double)r.CorpusPieces:F2} passes), {o.Replicas} × {o.TokensPerBatch} tokens a step at most, seed {o
                .Seed}; the layers compute in {(o.Precision == Precision.Bf16 ? "bfloat16" : "float32")}.
            - AdamW (0.9, 0.98; decay {o.WeightDecay} on matrices), learning rate {o.LearningRate} with {o.Warmup:P0} warm-up, {(o.FallFrom
                > o.Warmup ? Invariant($"held to {o.FallFrom:P0} of the steps, ")
                : "")}then linear to 2 %; queries and keys × {o.QueryKeyRate} in the late phase; gradients clipped at {o.ClipNorm}; {(
                o.HeadDropout > 0 ? Invariant($"each head of each example left out with probability {o.HeadDropout} (Zhou et al. 2020)")
                    : "no dropout")}.
            - The late phase begins after {o.LateFrom:P0} of the steps and is in full force a tenth of the steps later{(
                o.LateLayers is { } late ? Invariant($"; it changes only the layers {late.First} to {late.Last}") : "")}.
            - DeepNorm scaling while training, folded into the weights afterwards{(o.QueryKeyStart != 1
                ? Invariant($"; queries and keys began {o.QueryKeyStart} times larger than other matrices") : "")}.
            """);
    }

    private static string Measured(TrainingReport r)
    {
        var text = new StringBuilder(Invariant($"""
            ## Measured

            On {r.HeldOut.HiddenTokens:N0} hidden tokens of the held-out text:

            | | loss (nats) | accuracy |
            |---|---|---|
            | this model, as saved | {r.HeldOut.Loss:F3} | {r.HeldOut.Accuracy:P1} |
            | both neighbouring pieces (product of two bigrams) | {r.Baselines.BothNeighbours.Loss:F3} | {r.Baselines
                .BothNeighbours.Accuracy:P1} |
            | the piece before (bigram, Witten–Bell) | {r.Baselines.Bigram.Loss:F3} | {r.Baselines.Bigram.Accuracy:P1} |
            | frequencies alone (unigram) | {r.Baselines.Unigram.Loss:F3} | {r.Baselines.Unigram.Accuracy:P1} |
            """));
        if (r.HeldOut.Pairs > 0)
            text.Append(
                string.Create(CultureInfo.InvariantCulture,
                    $"\n\nPairs of segments answered rightly: {r.HeldOut.PairAccuracy:P1} of {r.HeldOut.Pairs:N0} (half would be "
                        + $"chance)."));
        if (r.Course.Count > 0)
        {
            text.Append("\n\nOn the way (the model in training):\n\n| step | million tokens | loss | accuracy |\n|---|---|---|---|");
            int every = Math.Max(1, (r.Course.Count + Rows - 1) / Rows);
            foreach (var (step, tokens, figures) in r.Course.Where((_, i) => (i + 1) % every == 0))
                text.Append(Invariant($"\n| {step:N0} | {tokens / 1e6:F1} | {figures.Loss:F3} | {figures.Accuracy:P1} |"));
        }
        return text.ToString();
    }

    private const int Rows = 12;

    private static string Data(IReadOnlyList<string> texts, string? note)
    {
        string list = "## Data\n\n" + string.Join('\n', texts.Select(t => $"- {t}"));
        return string.IsNullOrWhiteSpace(note) ? list : $"{list}\n\n{note.Trim()}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
