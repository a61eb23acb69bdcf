using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The maps of a source, computed once and kept in a file that is mapped into memory: what looks at the same texts again and
/// again, as a laboratory does, waits neither for the model nor for an archive to be unpacked. Values' norms are kept too.
/// </summary>
public sealed unsafe class MappedMaps : IAttentionSource, IDisposable
{
    private readonly long[] _starts; // of each text, in floats
    private readonly MemoryMappedFile _mapped;
    private readonly MemoryMappedViewAccessor _view;
    private readonly float* _floats;

    private MappedMaps(IAttentionSource source, string fingerprint, string file, bool temporary)
    {
        (Grid, Texts, HasValues, Fingerprint, Model) = (source.Grid, source.Texts, source.HasValues, fingerprint, source.Model);
        (_starts, _) = Layout(source);
        // A notebook disposes nothing: a temporary file goes when the system closes it, and elsewhere than on Windows loses its
        // name at once.
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read,
            FileShare.Read | FileShare.Delete, 1, temporary ? FileOptions.DeleteOnClose : FileOptions.None);
        _mapped = MemoryMappedFile.CreateFromFile(stream, null, 0,
            MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        if (temporary && !OperatingSystem.IsWindows()) File.Delete(file);
        _view = _mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _floats = (float*)start;
    }

    /// <inheritdoc/>
    public HeadGrid Grid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AttentionText> Texts { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public ModelOrigin? Model { get; }

    /// <inheritdoc/>
    public bool HasValues { get; }

    /// <summary>Keeps the maps of a source.</summary>
    /// <param name="source">The source: a model over texts, or an archive.</param>
    /// <param name="folder">
    /// Where the file stays, named after <see cref="IAttentionSource.Fingerprint"/>, so that the next time it is there already;
    /// without it the file is a temporary one that goes with this object.
    /// </param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The file cannot be written, or a map is broken.</exception>
    public static MappedMaps Compute(IAttentionSource source, string? folder = null, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        string fingerprint = source.Fingerprint;
        var (starts, floats) = Layout(source);
        string file = Path.Combine(folder ?? Path.GetTempPath(),
            folder is null ? $"attention-notebooks-{Guid.NewGuid():N}.maps" : $"{fingerprint}.maps");
        // The name says what is in it; a file of another length is a leftover of other hands.
        if (folder is null || !File.Exists(file) || new FileInfo(file).Length != floats * sizeof(float))
            AtomicFile.Write(file, stream =>
                source.Visit(new Writer(source, starts, stream), progress: progress, cancellation: cancellation));
        return new MappedMaps(source, fingerprint, file, folder is null);
    }

    /// <inheritdoc/>
    public void Visit(IAttentionVisitor visitor,
        VisitOptions? options = null, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        VisitLoop.Run(this, visitor, (batch, receive) =>
        {
            for (int layer = 0; layer < Grid.Layers; layer++)
            {
                using var maps = PaddedMaps.Of(batch, Grid.Heads,
                    (b, size) => Floats(_starts[batch.Indices[b]] + (long)layer * size, size));
                receive(layer, maps, HasValues && visitor.NeedsValues ? Norms(batch, layer) : null);
            }
        }, options, progress, cancellation: cancellation);
    }

    /// <inheritdoc/>
    public TextMaps Maps(int text)
    {
        TextMaps.CheckIndex(text, Texts.Count);
        int n = Texts[text].Length;
        return new TextMaps(Texts[text], Grid, Floats(_starts[text], Grid.Count * n * n).ToArray());
    }

    /// <summary>Lets go of the file; a temporary one is gone then.</summary>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapped.Dispose();
    }

    // Per text: [L, H, n, n] weights, then [L, H, n] norms where there are any.
    private static (long[] Starts, long Floats) Layout(IAttentionSource source)
    {
        var starts = new long[source.Texts.Count];
        long at = 0;
        for (int t = 0; t < starts.Length; t++)
        {
            long n = source.Texts[t].Length;
            starts[t] = at;
            at += source.Grid.Count * n * (n + (source.HasValues ? 1 : 0));
        }
        return (starts, at);
    }

    private ReadOnlySpan<float> Floats(long start, int count) => new(_floats + start, count);

    private Tensor Norms(TextBatch batch, int layer)
    {
        var result = zeros(batch.Count, Grid.Heads, batch.Length);
        var to = MemoryMarshal.Cast<byte, float>(result.bytes);
        for (int b = 0; b < batch.Count; b++)
        {
            int n = batch.Texts[b].Length;
            var from = Floats(_starts[batch.Indices[b]] + (long)Grid.Count * n * n + (long)layer * Grid.Heads * n, Grid.Heads * n);
            for (int h = 0; h < Grid.Heads; h++) from.Slice(h * n, n).CopyTo(to[((b * Grid.Heads + h) * batch.Length)..]);
        }
        return result;
    }

    private sealed class Writer(IAttentionSource source, long[] starts, Stream stream) : IAttentionVisitor
    {
        public bool NeedsValues => source.HasValues;

        public void Visit(LayerMaps maps)
        {
            var grid = source.Grid;
            foreach (var text in maps.PerText())
            {
                int n = text.Text.Length;
                long start = starts[text.Index];
                Write(start + (long)maps.Layer * grid.Heads * n * n, text.Maps);
                if (source.HasValues)
                    Write(start + (long)grid.Count * n * n + (long)maps.Layer * grid.Heads * n, maps.ValueNorms[text.Row, .., ..n]);
            }
        }

        private void Write(long at, Tensor values)
        {
            stream.Position = at * sizeof(float);
            stream.Write(values.cpu().contiguous().bytes);
        }
    }
}
