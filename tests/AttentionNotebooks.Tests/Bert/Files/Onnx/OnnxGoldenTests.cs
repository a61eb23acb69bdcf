using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Every export of one encoder is read as the encoder that PyTorch ran: maps and states within 1e-5.</summary>
public sealed class OnnxGoldenTests : IDisposable
{
    private readonly TestFolder folder = new();

    public static TheoryData<string> Readable => [.. Directory.GetDirectories(OnnxGolden.Folder("")).Select(d => Path.GetFileName(d)!)
        .Where(n => !n.StartsWith("reference", StringComparison.Ordinal) && !n.Contains("quant", StringComparison.Ordinal)
            && n != "albert-ts")
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Maps_and_states_are_those_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = Checkpoint.Load(OnnxGolden.Copy(folder, name));
        var (ids, mask) = (OnnxGolden.Ids(name, "input_ids"), OnnxGolden.Ids(name, "attention_mask"));
        var segments = name.StartsWith("distilbert", StringComparison.Ordinal) || name.StartsWith("roberta", StringComparison.Ordinal)
            ? null
            : OnnxGolden.Ids(name, "token_type_ids");
        string golden = Rounded(name);
        var expected = OnnxGolden.Floats(golden, "rounded_attentions", "attentions")!;
        var maps = new List<Tensor>();
        checkpoint.Encoder.Visit(ids, segments, mask, (_, p) => maps.Add(p.clone().DetachFromDisposeScope()));
        Close(expected, stack(maps), mask, rows: 3);
        maps.ForEach(m => m.Dispose());
        if (OnnxGolden.Floats(golden, "rounded_last_hidden_state", "torch_last_hidden_state", "last_hidden_state") is { } states)
            Close(states, checkpoint.Model.Bert.forward(ids, segments, mask), mask, rows: 1);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Settings_are_found_in_the_graph_and_agree_with_those_of_the_exported_checkpoint(string name)
    {
        OnnxGolden.Copy(folder, name);
        using var found = Checkpoint.Load(folder.Root);
        string config = Path.Combine(OnnxGolden.Folder($"reference-{name.Split('-')[0]}"), "config.json");
        var stated = BertConfig.Read(config);
        if (name == "bert-optimum-o3") stated = stated with { HiddenAct = "gelu_new" }; // the optimiser's
        Assert.Equal(stated, found.Config);
        File.Copy(config, folder["config.json"]);
        using var both = Checkpoint.Load(folder.Root);
        Assert.Equal(stated, both.Config);
        Assert.Equal(name is "bert-mlm", found.HasMaskedLmHead);
        Assert.DoesNotContain(both.UnusedKeys, k => k.Contains("encoder", StringComparison.Ordinal) || k.Contains("MatMul",
            StringComparison.Ordinal));
    }

    [Fact]
    public void The_pooler_is_PyTorchs()
    {
        using var scope = NewDisposeScope();
        foreach (string name in new[] { "bert-ts", "bert-dynamo", "bert-fused", "roberta-ts" })
        {
            using var checkpoint = Checkpoint.Load(OnnxGolden.Copy(folder, name));
            var model = checkpoint.Model.Bert;
            var hidden = model.forward(OnnxGolden.Ids(name, "input_ids"), name == "roberta-ts" ? null : OnnxGolden.Ids(name,
                "token_type_ids"),
                OnnxGolden.Ids(name, "attention_mask"));
            Assert.InRange(model.Pooler!.forward(hidden).sub(OnnxGolden.Floats(name, "pooler_output")!).abs().max().item<float>(), 0, 2e-5);
            foreach (string file in Directory.GetFiles(folder.Root)) File.Delete(file);
        }
    }

    // Files with the same rounded weights.
    private static string Rounded(string name) => name switch
    {
        "bert-fp16-keepio" => "bert-fp16",
        "bert-dynamo-bf16" => "bert-bf16-cast",
        _ => name,
    };

    public void Dispose() => folder.Dispose();

    // Rows of padding mean nothing.
    private static void Close(Tensor expected, Tensor actual, Tensor mask, int rows)
    {
        OnnxGolden.Close(expected, actual, rows == 1 ? mask.unsqueeze(-1) : mask.unsqueeze(0).unsqueeze(2).unsqueeze(-1));
    }
}
