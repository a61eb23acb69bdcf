namespace AttentionNotebooks;

/// <summary>
/// Fetches a model from the Hugging Face hub into a folder: the files that the kit needs, of one commit, each verified
/// against the hash that the hub promises. The folder appears under its name when all of that is done, not before;
/// until then everything is collected in <c>FOLDER.download</c>, where the next run goes on.
/// </summary>
/// <param name="settings">Which hub, with which token.</param>
public sealed class HubDownload(HubSettings settings)
{
    /// <summary>The revision that is meant when none is named.</summary>
    public const string MainRevision = "main";

    private const string NoRoom = "Choose a folder that exists, is writable and has space left";

    /// <summary>Fetches a model. A folder that holds it already is verified without the network, and nothing is fetched.</summary>
    /// <param name="repository"><c>owner/name</c> on the hub.</param>
    /// <param name="folder">The model's folder; must not exist, be empty, or hold this very model.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="progress">Reports as bytes arrive, on the thread they arrive on.</param>
    /// <param name="cancellation">Stops it; what was received stays for the next run.</param>
    /// <returns>What the folder holds now.</returns>
    /// <exception cref="InputException">
    /// A name is invalid, the model does not exist or may not be read, has no weights, its bytes are not the promised ones,
    /// the network or the disk fails, or the folder holds something else or a damaged copy.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<HubModel> Run(string repository, string folder, string revision = MainRevision,
        IProgress<HubProgress>? progress = null, CancellationToken cancellation = default)
    {
        HubName.CheckRepository(repository);
        HubName.CheckRevision(repository, revision);
        try
        {
            string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
            if (ModelRecord.Exists(final)) return await Verify(repository, folder, revision, cancellation);
            if (File.Exists(final) || (Directory.Exists(final) && Directory.EnumerateFileSystemEntries(final).Any()))
                throw new InputException(folder, null, "exists already and was not made by a download", "Name another folder with --out");
            if (settings.Offline)
                throw new InputException(repository, null, $"is not in {folder}, and HF_HUB_OFFLINE forbids to fetch it",
                    "Unset HF_HUB_OFFLINE, or copy the folder from a machine that has it");
            return await Fetch(repository, folder, final, revision, new ProgressMeter(progress), cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(folder, null, $"cannot be read or written ({e.Message.TrimEnd('.')})", NoRoom, e);
        }
    }

    /// <summary>Where an unfinished download into a folder keeps what it has.</summary>
    /// <param name="folder">The model's folder.</param>
    public static string UnfinishedFolder(string folder) => CollectingFolder.PathFor(Path.TrimEndingDirectorySeparator(folder));

    private static async Task<HubModel> Verify(string repository, string folder, string revision, CancellationToken cancellation)
    {
        var model = ModelRecord.Read(folder);
        bool same = Same(repository, model.Repository) || Same(repository, model.Asked);
        if (!same || (revision != model.Revision && revision != model.Commit))
            throw new InputException(folder, null,
                $"holds {model.Repository} at {model.Revision} (commit {model.Commit}), not {repository} at {revision}",
                    "Name another folder with --out");
        foreach (var file in model.Files)
        {
            var found = new FileInfo(Path.Combine(folder, file.Name));
            if (!found.Exists || found.Length != file.Size || (await Checksum.Of(found.FullName, cancellation)).Sha256 != file.Sha256)
                throw new InputException(folder, file.Name, found.Exists ? "has changed since it was downloaded"
                    : "is missing", "Delete the folder and download the model again, or name another folder with --out");
        }
        return model;

        static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<HubModel> Fetch(string repository, string folder, string final, string revision, ProgressMeter meter,
        CancellationToken cancellation)
    {
        var listing = await List(repository, revision, meter, cancellation);
        var first = FileChoice.First(listing);
        using var collecting = CollectingFolder.Open(final);
        using var hub = new HubClient(settings, listing.Repository);
        var patience = new Patience(settings, listing.Repository, meter);
        var transfer = new FileTransfer(hub, listing, settings, patience, meter, collecting.Path);
        var files = new List<HubModelFile>();
        await FetchAll(first);
        if (FileChoice.IsIndex(first[^1]))
            await FetchAll(FileChoice.Shards(listing, first[^1].Name, Path.Combine(collecting.Path, first[^1].Name)));

        var model = new HubModel(folder, listing.Repository, repository, revision, listing.Commit,
            [.. files.OrderBy(f => f.Name, StringComparer.Ordinal)])
        { Fetched = true };
        ModelRecord.Write(collecting.Path, model);
        cancellation.ThrowIfCancellationRequested();
        collecting.Finish(files.Select(f => f.Name).Append(ModelRecord.FileName));
        return model;

        async Task FetchAll(IReadOnlyList<HubFile> wanted)
        {
            var described = new List<(string Name, long Size, Checksum Checksum)>();
            foreach (var file in wanted)
            {
                var (size, checksum) = file is { Size: { } s, Checksum: { } c } ? (s, c)
                    : await patience.Try(file.Name, () => hub.Describe(listing.Commit, file.Name, cancellation), cancellation);
                described.Add((file.Name, size, checksum));
            }
            meter.Plan(described.Sum(f => f.Size));
            CheckRoom(collecting, described.Sum(f => Math.Max(0, f.Size - collecting.BytesOf(f.Name))));
            foreach (var (name, size, checksum) in described) files.Add(await transfer.Fetch(name, size, checksum, cancellation));
        }
    }

    private async Task<HubListing> List(string repository, string revision, ProgressMeter meter, CancellationToken cancellation)
    {
        using var hub = new HubClient(settings, repository);
        return await new Patience(settings, repository, meter)
            .Try($"revision {revision}", () => hub.List(revision, cancellation), cancellation);
    }

    private void CheckRoom(CollectingFolder collecting, long needed)
    {
        if (settings.FreeBytes(collecting.Path) is { } free && free < needed)
            throw new InputException(collecting.Path, null,
                FormattableString.Invariant($"needs {needed / 1e6:0.#} MB more, but {free / 1e6:0.#} MB are free there"), NoRoom);
    }
}
