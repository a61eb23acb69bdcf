using System.Net;

namespace AttentionNotebooks;

/// <summary>Fetches files of one commit into a folder: whole and verified under their names, or in parts that the next run
/// continues.</summary>
internal sealed class FileTransfer(HubClient hub, HubListing listing, HubSettings settings, Patience patience, ProgressMeter meter,
    string folder)
{
    private const int BufferBytes = 1 << 17;

    // So much more than ever before of a file means that the line works, if badly: failures are counted anew. Because
    // it must be more than ever before, a server that begins anew each time cannot keep a download going for ever.
    private const long Movement = 1 << 20;

    /// <summary>Fetches a file, unless it is there already.</summary>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="checksum">What its bytes must be.</param>
    /// <param name="cancellation">Stops it; what was received stays for the next run.</param>
    /// <returns>The verified file.</returns>
    /// <exception cref="InputException">It cannot be had, or its bytes are not what the hub promised.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public async Task<HubModelFile> Fetch(string file, long size, Checksum checksum, CancellationToken cancellation)
    {
        var part = new PartFile(folder, file, size, checksum);
        meter.Begin(file);
        if (File.Exists(part.Final))
        {
            var hashes = await Checksum.Of(part.Final, cancellation);
            if (checksum.Matches(hashes)) return Done(hashes);
            File.Delete(part.Final);
        }
        // What was put together from several answers and came out wrong gets one more chance, in one piece.
        for (var course = new Course { Continues = true }; ; course = new Course())
        {
            await patience.Try(file, () => Receive(part, file, size, course, cancellation), cancellation);
            var hashes = await Checksum.Of(part.Collected, cancellation);
            if (checksum.Matches(hashes))
            {
                part.Finish();
                return Done(hashes);
            }
            part.Delete();
            if (!course.Pieced)
                throw new InputException(listing.Repository, file,
                    $"does not have the hash that the hub promised ({checksum.Hex[..12]}…), so what was received has been deleted",
                        "Try again; if it stays so, something between here and the hub changes files");
        }

        HubModelFile Done(FileHashes hashes)
        {
            meter.OnDisk(hashes.Length);
            return new HubModelFile(file, hashes.Length, hashes.Sha256);
        }
    }

    // One request: from where the part ends to the file's end, or to where the connection breaks.
    private async Task Receive(PartFile part, string file, long size, Course course, CancellationToken cancellation)
    {
        var (from, etag) = course.Continues ? part.Found() : (0, null);
        meter.OnDisk(from);
        if (from > 0) course.Pieced = true;
        if (from > 0 && from == size) return;
        using var answer = await hub.Open(listing.Commit, file, from, etag, cancellation);
        string host = HubClient.Host(answer);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            var range = answer.Content.Headers.ContentRange;
            if (from == 0 || answer.StatusCode != HttpStatusCode.PartialContent || range?.From != from
                || (range.HasLength && range.Length != size))
            {
                course.Continues = false;
                throw new TransientException($"{host} gives another part than the one asked for");
            }
        }
        else if (answer.Content.Headers.ContentLength is { } announced && announced != size)
        {
            part.Delete();
            throw WrongLength(FormattableString.Invariant($"{host} announces {announced} bytes"));
        }
        else
        {
            from = 0;
        }
        if (from == 0) course.Pieced = false;
        await using var body = new PatientStream(await answer.Content.ReadAsStreamAsync(cancellation), settings.Silence, host);
        await using var disk = part.Open(anew: from == 0, answer.Headers.ETag);
        try
        {
            byte[] buffer = new byte[BufferBytes];
            for (int n; (n = await body.Read(buffer, cancellation)) > 0;)
            {
                if (from + n > size)
                {
                    await disk.DisposeAsync();
                    part.Delete();
                    throw WrongLength($"{host} sends more bytes");
                }
                await disk.WriteAsync(buffer.AsMemory(0, n), cancellation);
                from += n;
                meter.OnDisk(from, n);
            }
            if (from < size) throw new TransientException($"{host} ended the file too early");
        }
        catch (TransientException e) when (from >= course.Farthest + Movement)
        {
            course.Farthest = from;
            throw new TransientException(e.Message, moved: true, inner: e);
        }

        InputException WrongLength(string what) => new(listing.Repository, file,
            FormattableString.Invariant($"{what}, but the hub promised {size}, so what was received has been deleted"),
                "Try again; if it stays so, something between here and the hub changes files");
    }

    /// <summary>How the attempts at one file went so far.</summary>
    private sealed class Course
    {
        /// <summary>Whether the next attempt may continue what is on disk.</summary>
        public bool Continues { get; set; }

        /// <summary>Whether what is on disk came in more than one answer.</summary>
        public bool Pieced { get; set; }

        /// <summary>The most bytes that were ever on disk when a connection broke.</summary>
        public long Farthest { get; set; }
    }
}
