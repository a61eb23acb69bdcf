using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AttentionNotebooks.Training;
using TorchSharp;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn train-demo</c>: a small BERT from nothing.</summary>
public static class TrainDemoVerb
{
    private const int LeastSpaces = 5, MostSentences = 1000;
    private static readonly TrainingOptions Standard = new();

    /// <summary>The verb.</summary>
    /// <param name="output">Where the result goes.</param>
    /// <param name="error">Where progress goes.</param>
    /// <returns>The command.</returns>
    public static Command Create(TextWriter output, TextWriter error)
    {
        var text = new Option<string[]>("--text")
        {
            Description = "Text files, one paragraph or sentence per line.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var folder = new OutOption("Folder for the model.", "DIR");
        var steps = Whole("--steps", "Updates of the weights.", Standard.Steps);
        var seed = Whole("--seed", "Decides every random choice.", Standard.Seed);
        var layers = Whole("--layers", "Layers.", Standard.Layers);
        var heads = Whole("--heads", "Heads per layer.", Standard.Heads);
        var hidden = Whole("--hidden", "Width of the hidden states.", Standard.HiddenSize);
        var wide = Whole("--intermediate", "Width of the feed-forward part.", Standard.IntermediateSize);
        var positions = Whole("--positions", "Longest example in tokens.", Standard.Positions);
        var vocabulary = Whole("--vocabulary", "Entries of the vocabulary.", Standard.VocabularySize);
        var batch = Whole("--batch-tokens", "Tokens of one replica's batch.", Standard.TokensPerBatch);
        var replicas = Whole("--replicas", "Batches computed at once, one thread each; changes the result.", Standard.Replicas);
        var evaluate = Whole("--evaluate-every", "Steps between two evaluations; the weights so far are saved at each.",
            Standard.EvaluateEvery);
        var rate = Number("--rate", "Highest learning rate.", Standard.LearningRate);
        var queryKeyRate = Number("--query-key-rate", "How many times faster queries and keys learn in the late phase.",
            Standard.QueryKeyRate);
        var pairWeight = Number("--pair-weight", "The weight of pairs of segments beside masked words; 0 for none.", Standard.PairWeight);
        var headDropout = Number("--head-dropout", "The probability that a head is left out for an example in a step; 0 leaves none "
            + "out.", Standard.HeadDropout);
        var speakingCost = Number("--speaking-cost", "The cost, in the late phase, of what heads add to a token; 0 for none.",
            Standard.SpeakingCost);
        var freeSpecial = new Option<bool>("--free-special-tokens")
        {
            Description = "The cost counts only what heads take from words, so that idle heads attend to [CLS] and [SEP].",
        };
        var lateFrom = Number("--late-from", "The share of the steps after which the late phase begins; it is in full force a tenth of "
            + "the steps later.", Standard.LateFrom);
        var fallFrom = Number("--fall-from", "The share of the steps after which the learning rate falls.", Standard.FallFrom);
        var pairsFrom = Number("--pairs-from", "The share of the steps after which pairs of segments count.", Standard.PairsFrom);
        var shortUntil = Number("--short-until", "The share of the steps in which no example has more than a quarter of the "
            + "positions.", Standard.ShortUntil);
        var queryKeyStart = Number("--query-key-start", "How many times larger the first values of queries and keys are than those of "
            + "other matrices.", Standard.QueryKeyStart);
        var lateLayers = new Option<(int, int)?>("--late-layers")
        {
            Description = "The first and the last layer that the late phase changes, such as 3-8; by default all.",
            HelpName = "FIRST-LAST",
            CustomParser = Layers,
        };
        var precision = ModelOptions.Precision("fp32", "bf16");
        var device = ModelOptions.Device();
        var startFrom = new Option<string?>("--start-from")
        {
            Description = "A BERT folder to continue training from, with its own vocabulary and sizes, instead of new weights.",
            HelpName = "DIR",
        };
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted run of the same command." };
        var stopAt = new Option<int?>("--stop-at") { Description = "Stop after N steps of the run; --resume continues." };
        var fullPrecision = new Option<bool>("--fp32") { Description = "Save float32 instead of float16." };
        var report = new ReportOptions();
        var note = new Option<string?>("--data-note")
        {
            Description = "A Markdown file about the texts and their licences, for the model card.",
        };
        var command = new Command("train-demo", "Trains a small BERT from nothing and writes a Hugging Face folder.")
        {
            text, folder, steps, seed, layers, heads, hidden, wide, positions, vocabulary, batch, replicas, evaluate, rate, queryKeyRate,
            pairWeight, headDropout, speakingCost, freeSpecial, lateFrom, lateLayers, pairsFrom, fallFrom, shortUntil, queryKeyStart,
            precision, device, startFrom, resume, stopAt, fullPrecision, note,
        };
        report.AddTo(command);
        command.SetWork((parsed, cancellation) => Train(
            parsed.GetValue(text)!,
            parsed.GetValue(folder)!,
            parsed.GetValue(note),
            parsed.GetValue(startFrom),
            parsed.GetValue(resume),
            parsed.GetValue(stopAt),
            Standard with
            {
                Steps = parsed.GetValue(steps),
                Seed = parsed.GetValue(seed),
                Layers = parsed.GetValue(layers),
                Heads = parsed.GetValue(heads),
                HiddenSize = parsed.GetValue(hidden),
                IntermediateSize = parsed.GetValue(wide),
                Positions = parsed.GetValue(positions),
                VocabularySize = parsed.GetValue(vocabulary),
                TokensPerBatch = parsed.GetValue(batch),
                Replicas = parsed.GetValue(replicas),
                EvaluateEvery = parsed.GetValue(evaluate),
                LearningRate = parsed.GetValue(rate),
                QueryKeyRate = parsed.GetValue(queryKeyRate),
                PairWeight = parsed.GetValue(pairWeight),
                HeadDropout = parsed.GetValue(headDropout),
                SpeakingCost = parsed.GetValue(speakingCost),
                LateFrom = parsed.GetValue(lateFrom),
                LateLayers = parsed.GetValue(lateLayers),
                FreeSpecialTokens = parsed.GetValue(freeSpecial),
                PairsFrom = parsed.GetValue(pairsFrom),
                FallFrom = parsed.GetValue(fallFrom),
                ShortUntil = parsed.GetValue(shortUntil),
                QueryKeyStart = parsed.GetValue(queryKeyStart),
                Precision = ModelOptions.Format(parsed.GetValue(precision)!),
                Device = parsed.GetValue(device) == "cuda" ? DeviceType.CUDA : DeviceType.CPU,
                HalfPrecision = !parsed.GetValue(fullPrecision),
            },
            saved => report.Write(parsed, saved, cancellation),
            output, error, cancellation));
        return command;
    }

    private static void Train(string[] texts, string folder, string? noteFile, string? startFrom, bool resume, int? stopAt,
        TrainingOptions options, Func<Checkpoint, string> findings, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        options.Check();
        if (stopAt < 1)
            throw new InputException("--stop-at", null, Invariant($"is {stopAt}, and steps count from 1"),
                "Give 1 or more, or leave it out");
        string? origin = startFrom is null ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(startFrom));
        string? note = noteFile is null ? null : ReadNote(noteFile);
        using var start = startFrom is null ? null : Checkpoint.Load(startFrom);
        if (start is not null) options = options.Sized(start.Config);
        error.WriteLine($"reading {texts.Length} texts{(start is null ? " and learning the vocabulary" : "")} …");
        var corpus = TrainingCorpus.Read(texts, options,
            start is null ? null : start.Tokenizer as WordPieceTokenizer ?? throw new InputException(start.Folder, null,
                "has no word-piece vocabulary", "Start from a BERT"), cancellation);
        error.WriteLine(Invariant($"{corpus.TrainingPieces:N0} word pieces to learn from, vocabulary {corpus.Tokenizer.VocabularySize}"));
        string[] names = [.. texts.Select(t => Path.GetFileName(t)).Distinct()];
        TrainingReport report;
        try { report = new MaskedLmTrainer(corpus, options, start).Run(folder, resume, new Lines(error), WriteCard, stopAt, cancellation); }
        catch (OperationCanceledException)
        {
            error.WriteLine("attn: the training so far is kept; the same command with --resume continues it.");
            throw;
        }
        var (alone, neighbours) = (report.Baselines.Unigram, report.Baselines.BothNeighbours);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{folder}: {report.Parameters:N0} parameters, {report.Tokens:N0} tokens, "
            + $"held-out loss {report.HeldOut.Loss:F3} (frequencies alone {alone.Loss:F3}, both neighbours {neighbours.Loss:F3}), "
            + $"accuracy {report.HeldOut.Accuracy:P1} ({alone.Accuracy:P1}, {neighbours.Accuracy:P1})"));

        if (report.StepsDone < options.Steps)
        {
            string at = Invariant($"{report.StepsDone:N0} of {options.Steps:N0}");
            error.WriteLine($"attn: stopped after step {at}; the same command with --resume continues it.");
        }

        void WriteCard(TrainingReport saved)
        {
            string? heads = null;
            if (saved.StepsDone == options.Steps)
            {
                error.WriteLine("measuring the heads …");
                using var model = Checkpoint.Load(folder);
                heads = $"## Heads\n\n{HeadReport.Patterns(model, HeldOutSentences(corpus), "held-out sentences",
                    cancellation)}\n{findings(model)}";
            }
            ModelCard.Write(folder, saved, names, note, heads, origin);
        }
    }

    // Whole sentences of some length, evenly over all files; a file that was given several times counts once.
    private static string[] HeldOutSentences(TrainingCorpus corpus)
    {
        string[] sentences = [.. corpus.HeldOutSentences.Distinct().Where(s => s.Count(c => c == ' ') >= LeastSpaces)];
        if (sentences.Length == 0) sentences = [.. corpus.HeldOutSentences.Distinct()];
        int every = Math.Max(1, sentences.Length / MostSentences);
        return [.. sentences.Where((_, i) => i % every == 0).Take(MostSentences)];
    }

    private static string ReadNote(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Name a Markdown file, or leave "
                + "--data-note out", e);
        }
    }

    private static (int, int)? Layers(ArgumentResult result)
    {
        if (result.Tokens is [var token] && token.Value.Split('-') is [var first, var last]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int from) && int.TryParse(last, NumberStyles.None,
                CultureInfo.InvariantCulture, out int to)) return (from, to);
        result.AddError("--late-layers takes two layers such as 3-8.");
        return null;
    }

    private static Option<int> Whole(string name, string description, int standard) =>
        new(name)
        {
            Description = $"{description} Default {standard.ToString(CultureInfo.InvariantCulture)}.",
            DefaultValueFactory = _ => standard
        };

    private static Option<double> Number(string name, string description, double standard) =>
        new(name)
        {
            Description = $"{description} Default {standard.ToString(CultureInfo.InvariantCulture)}.",
            DefaultValueFactory = _ => standard
        };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Written at once and in order, which Progress<T> does not promise.
    private sealed class Lines(TextWriter error) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress p)
        {
            string pairs = double.IsNaN(p.PairLoss) ? "" : Invariant($", pairs {p.PairLoss:F3}"),
            speaking = double.IsNaN(p.Speaking) ? "" : Invariant($", speaking {p.Speaking:F2}");
            string heldOut = p.HeldOut is { } h
                ? Invariant($", held out {h.Loss:F3} ({h.Accuracy:P1}{(h.Pairs == 0 ? "" : Invariant($"; pairs {h.PairAccuracy:P1}"))})")
                : "";
            error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"step {p.Step}/{p.Steps}, loss {p.Loss:F3}{pairs}{speaking}{heldOut}, "
                + $"gradient {p.GradientNorm:F2}, {p.TokensPerSecond:F0} tokens/s, {p.Remaining:hh\\:mm\\:ss} left"));
        }
    }
}
