namespace AttentionNotebooks;

/// <summary>Keeps all layers of the one text that it sees.</summary>
internal sealed class MapCollector(HeadGrid grid, AttentionText text) : IAttentionVisitor
{
    private readonly float[] _weights = new float[grid.Count * text.Length * text.Length];

    public TextMaps Maps => new(text, grid, _weights);

    public void Visit(LayerMaps maps)
    {
        using var own = maps.Probabilities.cpu().contiguous();
        own.data<float>().CopyTo(_weights, maps.Layer * grid.Heads * text.Length * text.Length);
    }
}
