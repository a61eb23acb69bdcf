using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Bert.Training;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn train-demo</c>: a small BERT from nothing, on the CPU.</summary>
public static class TrainDemoVerb
{
    private static readonly TrainingOptions Standard = new();

    /// <summary>The verb.</summary>
    /// <param name="output">Where the result is told.</param>
    /// <param name="error">Where progress goes.</param>
    /// <returns>The command.</returns>
    public static Command Create(TextWriter output, TextWriter error)
    {
        var text = new Option<string[]>("--text") { Description = "Text files, one paragraph or sentence per line.", Required = true, AllowMultipleArgumentsPerToken = true };
        var folder = new Option<string>("--out") { Description = "Folder for the model.", Required = true };
        var steps = Whole("--steps", "Updates of the weights.", Standard.Steps);
        var seed = Whole("--seed", "Decides every random choice.", Standard.Seed);
        var layers = Whole("--layers", "Layers.", Standard.Layers);
        var heads = Whole("--heads", "Heads per layer.", Standard.Heads);
        var hidden = Whole("--hidden", "Width of the hidden states.", Standard.HiddenSize);
        var wide = Whole("--intermediate", "Width of the feed-forward part.", Standard.IntermediateSize);
        var positions = Whole("--positions", "Longest example in tokens.", Standard.Positions);
        var vocabulary = Whole("--vocabulary", "Entries of the vocabulary.", Standard.VocabularySize);
        var batch = Whole("--batch-tokens", "Tokens of one replica's batch.", Standard.TokensPerBatch);
        var replicas = Whole("--replicas", "Batches worked on side by side, one thread each; changes the result.", Standard.Replicas);
        var evaluate = Whole("--evaluate-every", "Steps between two evaluations; the weights so far are saved at each.", Standard.EvaluateEvery);
        var rate = Number("--rate", "Highest learning rate.", Standard.LearningRate);
        var queryKeyRate = Number("--query-key-rate", "How many times faster queries and keys learn.", Standard.QueryKeyRate);
        var fullPrecision = new Option<bool>("--fp32") { Description = "Save float32 instead of float16." };
        var note = new Option<string?>("--data-note") { Description = "A Markdown file about the texts and their licences, for the model card." };
        var command = new Command("train-demo", "Trains a small BERT from nothing and writes a Hugging Face folder.")
        {
            text, folder, steps, seed, layers, heads, hidden, wide, positions, vocabulary, batch, replicas, evaluate, rate, queryKeyRate, fullPrecision, note,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Train(
            parsed.GetValue(text)!,
            parsed.GetValue(folder)!,
            parsed.GetValue(note),
            Standard with
            {
                Steps = parsed.GetValue(steps), Seed = parsed.GetValue(seed), Layers = parsed.GetValue(layers), Heads = parsed.GetValue(heads),
                HiddenSize = parsed.GetValue(hidden), IntermediateSize = parsed.GetValue(wide), Positions = parsed.GetValue(positions),
                VocabularySize = parsed.GetValue(vocabulary), TokensPerBatch = parsed.GetValue(batch), Replicas = parsed.GetValue(replicas),
                EvaluateEvery = parsed.GetValue(evaluate), LearningRate = parsed.GetValue(rate), QueryKeyRate = parsed.GetValue(queryKeyRate),
                HalfPrecision = !parsed.GetValue(fullPrecision),
            },
            output, error, cancellation), cancellation));
        return command;
    }

    private static int Train(string[] texts, string folder, string? noteFile, TrainingOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        options.Check();
        string? note = noteFile is null ? null : ReadNote(noteFile);
        error.WriteLine($"reading {texts.Length} texts and learning the vocabulary …");
        var corpus = TrainingCorpus.Read(texts, options, cancellation);
        error.WriteLine(Invariant($"{corpus.TrainingPieces:N0} word pieces to learn from, vocabulary {corpus.Tokenizer.VocabularySize}"));
        string[] names = [.. texts.Select(t => Path.GetFileName(t)).Distinct()];
        var report = new MaskedLmTrainer(corpus, options).Run(folder, new Lines(error), saved => ModelCard.Write(folder, saved, names, note), cancellation);
        output.WriteLine(Invariant($"{folder}: {report.Parameters:N0} parameters, {report.Tokens:N0} tokens, held-out loss {report.HeldOut.Loss:F3} (frequencies alone {report.Unigram.Loss:F3}), accuracy {report.HeldOut.Accuracy:P1} ({report.Unigram.Accuracy:P1})"));
        return Attn.Done;
    }

    private static string ReadNote(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Name a Markdown file, or leave --data-note out", e);
        }
    }

    private static Option<int> Whole(string name, string description, int standard) =>
        new(name) { Description = $"{description} Default {standard.ToString(CultureInfo.InvariantCulture)}.", DefaultValueFactory = _ => standard };

    private static Option<double> Number(string name, string description, double standard) =>
        new(name) { Description = $"{description} Default {standard.ToString(CultureInfo.InvariantCulture)}.", DefaultValueFactory = _ => standard };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Written at once and in order, which Progress<T> does not promise.
    private sealed class Lines(TextWriter error) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress p)
        {
            string heldOut = p.HeldOut is { } h ? Invariant($", held out {h.Loss:F3} ({h.Accuracy:P1})") : "";
            error.WriteLine(Invariant($"step {p.Step}/{p.Steps}, loss {p.Loss:F3}{heldOut}, gradient {p.GradientNorm:F2}, {p.TokensPerSecond:F0} tokens/s, {p.Remaining:hh\\:mm\\:ss} left"));
        }
    }
}
