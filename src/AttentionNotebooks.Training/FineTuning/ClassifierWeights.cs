using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>The weights of a classifier that learns, shared by its replicas.</summary>
internal sealed class ClassifierWeights : WeightVector
{
    private ClassifierWeights(BertForSequenceClassification[] models, Device device, ScalarType format, bool headOnly)
        : base(models, device, format, model => ((BertForSequenceClassification)model).LayersTo(format), headOnly
            ? BertForSequenceClassification.IsHead : null) => Models = models;

    /// <summary>The replicas. All see the same weights.</summary>
    public IReadOnlyList<BertForSequenceClassification> Models { get; }

    /// <summary>Copies a model.</summary>
    /// <param name="start">The model; not changed.</param>
    /// <param name="replicas">How many copies.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="format">What the layers compute in.</param>
    /// <param name="headOnly">Whether only pooler and classifier learn.</param>
    public static ClassifierWeights Of(BertForSequenceClassification start, int replicas, Device device, ScalarType format,
        bool headOnly) =>
        new([.. Enumerable.Range(0, replicas).Select(_ => Copy(start, device, headOnly))], device, format, headOnly);

    /// <summary>Gives a model the weights as they are in float32.</summary>
    public void CopyTo(BertForSequenceClassification model) => CopyInto(model);

    private static BertForSequenceClassification Copy(BertForSequenceClassification start, Device device, bool headOnly)
    {
        var copy = new BertForSequenceClassification(new BertModel(start.Config, start.Bert.Pooler is not null, device), start.Classes);
        using var noGradients = no_grad();
        foreach (var ((name, parameter), source) in copy.named_parameters().Zip(start.parameters()))
        {
            parameter.copy_(source);
            if (headOnly && !BertForSequenceClassification.IsHead(name)) parameter.requires_grad_(false);
        }
        return copy;
    }
}
