using System.Globalization;
using System.Text;
using AttentionNotebooks.Data;

namespace AttentionNotebooks.Bert.Training;

/// <summary>The README.md beside a trained model: what it is, what it was trained on, what was measured, what it is not.</summary>
public static class ModelCard
{
    /// <summary>Writes the card into a checkpoint folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="report">What the run did.</param>
    /// <param name="texts">The texts by the names they shall have in the card.</param>
    /// <param name="dataNote">Where the texts are from and their licences, as a paragraph of Markdown; left out when empty.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string folder, TrainingReport report, IReadOnlyList<string> texts, string? dataNote)
    {
        var o = report.Options;
        var card = new StringBuilder();
        void Line(FormattableString line) => card.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# A small BERT for studying attention heads");
        Line($"");
        Line($"{o.Layers} layers × {o.Heads} heads, hidden size {o.HiddenSize} ({o.HiddenSize / o.Heads} per head), feed-forward {o.IntermediateSize}, {o.Positions} positions, vocabulary {report.VocabularySize} (lower-cased word pieces): {report.Parameters:N0} parameters, stored as {(o.HalfPrecision ? "float16" : "float32")}. An ordinary post-normalised BERT in Hugging Face's layout, trained from nothing on masked words.");
        Line($"");
        Line($"## Training");
        Line($"");
        Line($"- Text: {report.CorpusPieces:N0} word pieces to learn from; one block of 50 lines in {o.HoldOutEvery} held out.");
        Line($"- Examples: 3 in 10 single sentences, the rest consecutive sentences up to {o.Positions / 4}, {o.Positions / 2} or {o.Positions} tokens, half of these as a pair of segments.");
        Line($"- Objective: masked words only ({o.MaskRate:P0} of the tokens; 80 % [MASK], 10 % random, 10 % kept). No next-sentence objective, so the model has no pooler.");
        Line($"- {report.StepsDone:N0} of {o.Steps:N0} steps, {report.Tokens:N0} tokens ({report.Tokens / (double)report.CorpusPieces:F2} of a pass), {o.Replicas} × {o.TokensPerBatch} tokens a step at most, seed {o.Seed}.");
        Line($"- AdamW (0.9, 0.98; decay {o.WeightDecay} on matrices), learning rate {o.LearningRate} with {o.Warmup:P0} warm-up, then linear to 2 %; queries and keys × {o.QueryKeyRate}; gradients clipped at {o.ClipNorm}; no dropout.");
        Line($"- DeepNorm scaling while training, folded into the weights afterwards.");
        Line($"");
        Line($"## Measured");
        Line($"");
        Line($"On {report.HeldOut.HiddenTokens:N0} hidden tokens of the held-out text:");
        Line($"");
        Line($"| | loss (nats) | accuracy |");
        Line($"|---|---|---|");
        Line($"| this model | {report.HeldOut.Loss:F3} | {report.HeldOut.Accuracy:P1} |");
        Line($"| word-piece frequencies alone | {report.Unigram.Loss:F3} | {report.Unigram.Accuracy:P1} |");
        Line($"");
        Line($"## Limits");
        Line($"");
        Line($"A very small model after a very short training. It shows how attention is taken apart and calibrated; it is no source of facts and no base for applications, its heads are not those of BERT-base, and figures about it say nothing about BERT-base. It carries the views of its texts.");
        Line($"");
        Line($"## Data");
        Line($"");
        foreach (string text in texts) Line($"- {text}");
        if (!string.IsNullOrWhiteSpace(dataNote))
        {
            Line($"");
            Line($"{dataNote.Trim()}");
        }
        AtomicFile.WriteText(Path.Combine(folder, "README.md"), card.ToString());
    }
}
