#!/usr/bin/env dotnet
#:project ../../src/AttentionNotebooks/AttentionNotebooks.csproj
#:package Microsoft.ML.OnnxRuntime
#:property OutputPath=../../artifacts/bin/
#:property AssemblyName=sample.onnx-runtime
#:property PublishAot=false
#:property UseCurrentRuntimeIdentifier=true
#:property SelfContained=false
#:property RestorePackagesWithLockFile=false

// The heads of a BERT that ONNX Runtime computes: a head table and its clusters. The model file needs no output for attention:
// the outputs of its softmaxes are asked for. Run it with a folder that has model.onnx, vocab.txt and config.json, and with texts:
//
//     dotnet run notebooks/samples/onnx-runtime.cs -- artifacts/bin/models/all-MiniLM-L6-v2 data/texts/sentences.txt heads.csv
using System.Text;
using AttentionNotebooks;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

if (args.Length != 3)
{
    Console.Error.WriteLine("Give three arguments: MODEL-FOLDER TEXTS.txt HEADS.csv");
    return 2;
}
string folder = args[0], file = Path.Combine(folder, "model.onnx");
foreach (string needed in new[] { file, Path.Combine(folder, "config.json"), args[1] })
{
    if (File.Exists(needed)) continue;
    Console.Error.WriteLine($"{needed}: is not there");
    return 1;
}
byte[] model = File.ReadAllBytes(file);
string[] softmaxes = [.. SoftmaxOutputs(model)];
if (softmaxes.Length == 0)
{
    Console.Error.WriteLine($"{file}: has no Softmax node; take the file before attention was fused into one node");
    return 1;
}
using var session = new InferenceSession([.. model, .. AsOutputs(softmaxes)]);

// Any tokenizer does; this one is the kit's.
var config = BertConfig.Read(Path.Combine(folder, "config.json"));
var tokenizer = TextTokenizer.Load(folder, config);
TokenizedText[] texts = [.. TextFile.Texts(args[1], limit: 100).Select(line => tokenizer.Encode(line, 128))];

var source = new GivenAttention(ModelOrigin.OfFile(file), new HeadGrid(softmaxes.Length, config.NumAttentionHeads), texts, batch =>
{
    long[] shape = [batch.Count, batch.Length];
    using var ids = OrtValue.CreateTensorValueFromMemory(batch.Padded(i => texts[i].Ids, tokenizer.PadId), shape);
    using var segments = OrtValue.CreateTensorValueFromMemory(batch.Padded(i => texts[i].Segments), shape);
    using var mask = OrtValue.CreateTensorValueFromMemory(batch.Mask(), shape);
    using var run = new RunOptions();
    using var maps = session.Run(run, ["input_ids", "attention_mask", "token_type_ids"], [ids, mask, segments], softmaxes);
    for (int layer = 0; layer < softmaxes.Length; layer++)
        batch.Give(layer, maps[layer].GetTensorDataAsSpan<float>(), maps[layer].GetTensorTypeAndShape().Shape);
});

var table = source.Extract();
table.Write(args[2]);
Console.WriteLine($"{table.Grid} heads, {texts.Length} texts: {args[2]}");
foreach (var note in table.Notes) Console.WriteLine(note.Text);
foreach (var cluster in table.Cluster(4).Clusters)
    Console.WriteLine($"{cluster.Name}: {string.Join(' ', cluster.Heads)}");
return 0;

// The names of what the graph's Softmax nodes compute, in its order, which is that of the layers.
static List<string> SoftmaxOutputs(byte[] model)
{
    const uint Graph = 7 << 3 | 2, Node = 1 << 3 | 2, Output = 2 << 3 | 2, Operator = 4 << 3 | 2;
    var names = new List<string>();
    var input = new CodedInputStream(model);
    Each(model.Length, Graph, () => Each(End(), Node, () =>
    {
        string output = "", type = "";
        for (long end = End(); input.Position < end;)
        {
            switch (input.ReadTag())
            {
                case Output: output = input.ReadString(); break;
                case Operator: type = input.ReadString(); break;
                default: input.SkipLastField(); break;
            }
        }
        if (type == "Softmax") names.Add(output);
    }));
    return names;

    long End() => input.ReadLength() + input.Position;

    void Each(long end, uint field, Action read)
    {
        while (input.Position < end)
        {
            if (input.ReadTag() == field) read();
            else input.SkipLastField();
        }
    }
}

// Two graph fields in one file are merged: this second one adds outputs, of which only the names are said.
static byte[] AsOutputs(IEnumerable<string> names)
{
    return Field(7, [.. names.SelectMany(name => Field(12, Field(1, Encoding.UTF8.GetBytes(name))))]);

    static byte[] Field(int number, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteLength(content.Length);
        }
        bytes.Write(content);
        return bytes.ToArray();
    }
}
