using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Files that ONNX Runtime has optimised at each of its levels hold the same weights.</summary>
public sealed class OnnxOptimisedTests : IDisposable
{
    private readonly TestFolder folder = new(), other = new();

    public static TheoryData<string, GraphOptimizationLevel> Optimised
    {
        get
        {
            var all = new TheoryData<string, GraphOptimizationLevel>();
            foreach (string name in new[]
            {
                "bert-ts", "bert-ts-sdpa", "bert-ts-opset11", "bert-ts-nofold", "bert-ts-zerobias", "bert-dynamo", "bert-dynamo-sdpa",
                    "bert-dynamo-nooptimize",
                "bert-optimum", "bert-optimum-opset14-attn", "bert-mlm", "bert-seqcls", "distilbert-ts", "roberta-ts", "bert-fused",
                    "bert-fp16-keepio",
            })
                foreach (var level in new[]
                {
                    GraphOptimizationLevel.ORT_ENABLE_BASIC, GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                        GraphOptimizationLevel.ORT_ENABLE_ALL,
                }) all.Add(name, level);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Optimised))]
    public void An_optimised_file_is_the_file(string name, GraphOptimizationLevel level)
    {
        using var scope = NewDisposeScope();
        using var expected = Checkpoint.Load(OnnxGolden.Copy(folder, name));
        using (var options = new SessionOptions
        {
            GraphOptimizationLevel = level,
            OptimizedModelFilePath = other["model.onnx"],
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
        })
            new InferenceSession(folder["model.onnx"], options).Dispose();
        OnnxGolden.Vocabulary(other, 120, name.StartsWith("roberta", StringComparison.Ordinal));
        using var found = Checkpoint.Load(other.Root);
        Assert.Equal(expected.Config, found.Config);
        var parameters = found.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.Equal(expected.Model.named_parameters().Select(p => p.name), parameters.Keys);
        foreach (var (key, parameter) in expected.Model.named_parameters())
            Assert.True(parameters[key].eq(parameter).all().Value<bool>(), key);
        Assert.Equal(ClassifierCheckpoint.IsIn(expected), ClassifierCheckpoint.IsIn(found));
    }

    public void Dispose()
    {
        folder.Dispose();
        other.Dispose();
    }
}
