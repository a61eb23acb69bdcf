namespace AttentionNotebooks;

/// <summary>What helps with an ONNX file that is refused.</summary>
internal static class Remedies
{
    /// <summary>The file is damaged.</summary>
    public const string Again = "Copy or download the file again";

    /// <summary>The file holds another model, or hides a part of it.</summary>
    public const string Export = "Export the encoder again in float32 (with torch.onnx.export or Optimum), or take the "
        + "checkpoint's model.safetensors";
}
