namespace AttentionNotebooks;

/// <summary>How the heads of one cluster differ from all others in one measure, and how sure that is.</summary>
/// <param name="Cluster">The cluster's number.</param>
/// <param name="Function">The measure.</param>
/// <param name="Mean">Its mean over the cluster's heads.</param>
/// <param name="Others">Its mean over all other heads.</param>
/// <param name="Delta">Cliff's δ: how much more often a head of the cluster has more of it than another head, from −1 to 1.</param>
/// <param name="Low">The lower end of δ's 95 % interval over heads.</param>
/// <param name="High">Its upper end.</param>
/// <param name="PValue">How often shuffled labels give a δ that is as surprising.</param>
/// <param name="Adjusted"><paramref name="PValue"/> corrected for all clusters and measures (<see cref="WestfallYoung"/>).</param>
/// <param name="LeastAdjusted">What <paramref name="Adjusted"/> would be if these heads had more of the measure than all others, or less:
/// with few heads it cannot be small.</param>
/// <param name="LayerDelta">δ over pairs of heads of the same layer; NaN where no layer has heads of the cluster and others.</param>
/// <param name="LayerPValue">How often labels shuffled within each layer give one that is as surprising.</param>
/// <param name="LayerAdjusted"><paramref name="LayerPValue"/> corrected in the same way.</param>
/// <param name="LeastLayerAdjusted">What <paramref name="LayerAdjusted"/> would be if within their layers these heads had more of the
/// measure than all others, or less: where a cluster fills whole layers it cannot be small.</param>
/// <param name="Clustered">Whether the heads were clustered on the measure, so that the clusters differ in it by construction.</param>
public sealed record ClusterFunction(int Cluster, HeadColumn Function, double Mean, double Others, double Delta, double Low, double High,
    double PValue, double Adjusted, double LeastAdjusted, double LayerDelta, double LayerPValue, double LayerAdjusted,
    double LeastLayerAdjusted, bool Clustered = false)
{
    /// <summary>Whether the difference is beyond doubt: the interval excludes 0 and the corrected p-value is below 0.05.</summary>
    public bool IsSure => (Low > 0 || High < 0) && Adjusted < LeastPValue.Level;

    /// <summary>Whether it is also more than where the cluster's layers lie: within layers there is a sure difference of the same
    /// sign.</summary>
    public bool IsBeyondLayers => IsSure && LayerAdjusted < LeastPValue.Level && Math.Sign(LayerDelta) == Math.Sign(Delta);
}
