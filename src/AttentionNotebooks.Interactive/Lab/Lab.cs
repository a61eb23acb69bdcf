using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// The laboratory of a notebook: a feature of one's own in one line, and at once what it does. <c>Feature</c> is to be
/// the last expression of a cell; change the formula and run the cell again.
/// </summary>
public sealed class Lab : IDisposable
{
    private readonly FeatureLab _lab;

    /// <summary>Opens a laboratory over a model's texts or saved maps.</summary>
    /// <param name="source">A live model, or an archive.</param>
    /// <param name="clusters">How many clusters to compare.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <param name="folder">Where maps and known features are kept for the next session; by default they are removed at the end
    /// of this one.</param>
    /// <exception cref="InputException">A map is broken, there are fewer heads than clusters, or the folder cannot be written
    /// to.</exception>
    public Lab(IAttentionSource source, int clusters = FeatureLab.DefaultClusters, int seed = 0, string? folder = null)
    {
        _lab = new FeatureLab(source, clusters, seed, folder);
    }

    /// <summary>Every feature that the kit knows and the source can give.</summary>
    public HeadTable Known => _lab.Known;

    /// <summary>Tries a feature: its grid, its distribution, what it is like, what it does to the clustering, and its extreme
    /// heads.</summary>
    /// <param name="name">What the column is called.</param>
    /// <param name="unit">Its unit: tokens, nats, share …</param>
    /// <param name="compute">
    /// From <c>a</c>, the maps <c>[B, H, T, T]</c> (text, head, query, key; padding is zero), and <c>t</c>, what is known of the
    /// texts, to one number per text and head, <c>[B, H]</c>.
    /// </param>
    /// <param name="text">The text whose maps are shown.</param>
    /// <exception cref="InputException">The formula gives something else, or there is no such text.</exception>
    public LabAnswer Feature(string name, string unit, Func<torch.Tensor, LayerMaps, torch.Tensor> compute, int text = 0) =>
        Feature(new HeadFeature(name, unit, compute), text);

    /// <summary>Tries a feature that is there already.</summary>
    /// <param name="text">The text whose maps are shown.</param>
    /// <exception cref="InputException">The source cannot give it, or there is no such text.</exception>
    public LabAnswer Feature(HeadFeature feature, int text = 0)
    {
        var report = _lab.Try(feature);
        return new LabAnswer(report, _lab.Maps.Maps(text));
    }

    /// <summary>Removes the temporary maps.</summary>
    public void Dispose() => _lab.Dispose();
}
