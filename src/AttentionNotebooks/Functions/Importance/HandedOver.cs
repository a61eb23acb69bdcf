namespace AttentionNotebooks;

/// <summary>How long the vectors are that a head hands over, from which kinds of tokens they come, and from how far below.</summary>
internal sealed class HandedOver : IHeadMeasure
{
    /// <inheritdoc/>
    public string Name => "norms";

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } =
    [
        ValueFeatures.NormMass.Info with { Title = "norm", InSynthesis = true },
        .. Features(KeyTypes.All).Skip(1).Select(f => f.Info),
    ];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.Values | FeatureNeeds.Tokens;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context)
    {
        if (!context.Source.HasValues)
            throw new InputException($"measure \"{Name}\"", null, "needs the model's values, which saved maps do not have",
                "Give the model itself (--model)");
        var features = Features(KeyTypes.In(context.Source.Texts));
        var values = context.Source.Record(features, progress: context.Progress, cancellation: context.Cancellation).ToTable();
        // Beside measures that have a value per item of the task, this has one per item too.
        int perItem = context.Task is ITextTask task && AreOf(context.Source, task) ? task.TextsPerItem : 1;
        return [.. values.Columns.Select(c => c.OfItems(perItem) with { Info = Columns.First(info => info.Name == c.Name) })];
    }

    // Another source may have as many texts.
    private static bool AreOf(IAttentionSource source, ITextTask task) => task.Texts.Count == source.Texts.Count
        && task.Texts.Zip(source.Texts).All(t => t.Second.Tokens is { } tokens && tokens.SequenceEqual(t.First.Tokens));

    private static HeadFeature[] Features(IReadOnlyList<KeyType> kinds) =>
        [
            ValueFeatures.NormMass, .. kinds.Select(NormFeatures.Norm), .. kinds.Select(NormFeatures.Attention),
            LayerFeatures.RolloutDistance,
        ];
}
