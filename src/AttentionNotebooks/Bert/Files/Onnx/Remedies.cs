namespace AttentionNotebooks;

/// <summary>What helps with an ONNX file that is refused.</summary>
internal static class Remedies
{
    /// <summary>The file is damaged.</summary>
    public const string Again = "Copy or download the file again";

    /// <summary>The file holds another model, or hides a part of it.</summary>
    public const string Export = "Export the encoder again in float32 (with torch.onnx.export or Optimum), or take the "
        + "checkpoint's model.safetensors";

    /// <summary>The file holds a model in which not every token sees all others alike.</summary>
    public const string Encoder = "Take an encoder in which every token sees all others: " + Families;

    /// <summary>The file holds a model of a family that is not read from ONNX.</summary>
    public const string Family = "Take a model of a family that is read from ONNX: " + Families;

    private const string Families = "BERT, RoBERTa, DistilBERT, ELECTRA";
}
