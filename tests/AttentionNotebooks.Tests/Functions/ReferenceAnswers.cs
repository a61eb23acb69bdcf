using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Losses by plain arrays, one text at a time: what fast code must agree with.</summary>
internal static class ReferenceAnswers
{
    /// <summary>A model on plain arrays, with its maps and head outputs changed on the way.</summary>
    public static ReferenceBert With(Checkpoint checkpoint, Action<int, int, double[,]>? map = null,
        Action<int, int, double[][]>? head = null) =>
        new(BertFixtures.Weights(checkpoint.Model), checkpoint.Config.NumHiddenLayers, checkpoint.Config.NumAttentionHeads,
            checkpoint.Config.HiddenSize)
        { EditMap = map, EditHead = head };

    /// <summary>Cross-entropy, in nats, of the right entry at one place.</summary>
    public static double Loss(this ReferenceBert model, int[] ids, int place, int right)
    {
        var logits = model.Run(ids).Logits![place];
        double most = logits.Max();
        return most + Math.Log(logits.Sum(x => Math.Exp(x - most))) - logits[right];
    }

    /// <summary>The loss of an item of the planted model's task.</summary>
    public static double Loss(this ReferenceBert model, PlantedBert.WordBefore task, int item) =>
        model.Loss(task.Texts[item].Ids, task.Place(item), task.Right(item));
}
