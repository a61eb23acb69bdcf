using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Every export of one encoder is read as the encoder that PyTorch ran: maps and states within 1e-5.</summary>
public sealed class OnnxGoldenTests : IDisposable
{
    private const double Tolerance = 1e-5;

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
        Assert.Equal(expected.shape, actual.shape);
        var real = rows == 1 ? mask.unsqueeze(-1) : mask.unsqueeze(0).unsqueeze(2).unsqueeze(-1);
        double worst = expected.sub(actual).abs().mul(real.to_type(ScalarType.Float32)).max().item<float>();
        Assert.True(worst <= Tolerance * Math.Max(1, expected.abs().max().item<float>()), $"the largest difference is {worst:G3}");
    }
}
