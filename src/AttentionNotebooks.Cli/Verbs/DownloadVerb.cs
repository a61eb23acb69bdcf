using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn download</c>: a model of the Hugging Face hub into a folder.</summary>
internal static class DownloadVerb
{
    private const string ModelsFolder = "models";

    /// <summary>The verb, for the hub that the environment names.</summary>
    public static Command Create(TextWriter output, TextWriter error) => Create(output, error, HubSettings.FromEnvironment);

    /// <summary>The verb, for any hub.</summary>
    internal static Command Create(TextWriter output, TextWriter error, Func<HubSettings> settings)
    {
        var repository = new Argument<string>("REPO")
        {
            Description = "The model's name on the hub, such as google-bert/bert-base-uncased.",
        };
        var folder = new OutOption($"Folder for the model; by default {ModelsFolder}/NAME.", "DIR", required: false);
        var revision = new Option<string>("--revision")
        {
            Description = "A branch, a tag or a commit.",
            HelpName = "R",
            DefaultValueFactory = _ => HubDownload.MainRevision,
        };
        var command = new Command("download",
            "Downloads a model from the Hugging Face hub: resumable, verified, all or nothing.") { repository, folder, revision };
        command.SetAction(async (parsed, cancellation) =>
        {
            string name = parsed.GetValue(repository)!, into = parsed.GetValue(folder) ?? Path.Combine(ModelsFolder, name.Split('/')[^1]);
            HubModel model;
            try
            {
                using var line = new DownloadLine(error);
                model = await new HubDownload(settings()).Run(name, into, parsed.GetValue(revision)!, line, cancellation);
            }
            catch (OperationCanceledException) when (Directory.Exists(HubDownload.UnfinishedFolder(into)))
            {
                error.WriteLine($"attn: what was received is in {HubDownload.UnfinishedFolder(into)}; the same command continues from "
                    + $"there.");
                throw;
            }
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{into}: {model.Repository} at commit {model.Commit}, "
                + $"{model.Files.Count} files, {model.Bytes / 1e6:0.0} MB, "
                + $"{(model.Fetched ? "fetched and verified" : "was there already, verified")}"));
            return Attn.Done;
        });
        return command;
    }

    /// <summary>Bytes, speed and time to go; a wait before a retry is always shown.</summary>
    private sealed class DownloadLine(TextWriter error) : IProgress<HubProgress>, IDisposable
    {
        private readonly StatusLine _line = new(error);

        public void Report(HubProgress p) => _line.Show(() => Amount(p) + (p.Note ?? Speed(p)), urgent: p.Note is not null);

        public void Dispose() => _line.Dispose();

        // Until the hub has listed the files, the amount is not known.
        private static string Amount(HubProgress p) => p.Bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
            $"{p.File}: {p.BytesDone / 1e6:0.0}/{p.Bytes / 1e6:0.0} MB, ");

        private static string Speed(HubProgress p) => string.Create(CultureInfo.InvariantCulture, $"{p.BytesPerSecond / 1e6:0.0} MB/s, "
            + $"{(p.Remaining is { } t ? StatusLine.Span(t) : "?")} to go");
    }
}
