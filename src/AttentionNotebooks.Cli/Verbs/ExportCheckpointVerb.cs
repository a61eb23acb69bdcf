using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn export-checkpoint</c>: any checkpoint that the kit reads, as a plain folder in Hugging Face's layout.</summary>
internal static class ExportCheckpointVerb
{
    private const int MostNamed = 5;

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = ModelOptions.Folder("The model: a folder with weights as safetensors, PyTorch's pickles or ONNX.");
        var folder = new OutOption("Folder for the checkpoint; must not be there yet.", "DIR");
        var command = new Command("export-checkpoint", "Writes a model as a plain Hugging Face checkpoint (config.json, "
            + "model.safetensors in float32, tokenizer), which Python's transformers opens. Useful for an ONNX file.") { model, folder };
        command.SetWork((parsed, _) =>
        {
            string source = parsed.GetValue(model)!, target = parsed.GetValue(folder)!;
            var left = CheckpointExport.Write(source, target);
            if (left.Count > 0)
                error.WriteLine($"attn: note: left out {left.Count} tensors that the model has no place for: "
                    + $"{string.Join(", ", left.Take(MostNamed))}{(left.Count > MostNamed ? ", …" : "")}");
            output.WriteLine($"{target}: the weights of {source} as a Hugging Face checkpoint");
        });
        return command;
    }
}
