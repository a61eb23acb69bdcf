using System.Net;
using System.Text.RegularExpressions;
using AttentionNotebooks.Tests.Runner;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionNotebooks.Tests.Build;

/// <summary>Every example of the sources' comments is code that a notebook's cell compiles.</summary>
public class ExampleTests
{
    // The cells above an example. What it names without making it is one of these.
    private static readonly string[] _above =
    [
        "#load \"kit.csx\"\nusing AttentionNotebooks;\nKit.Start()",
        """
        var model = Kit.Model();
        var source = new LiveAttention(model, Kit.Sentences(8));
        var clusters = source.Extract().Cluster(4);
        """,
    ];

    // The public types of the core and Interactive that the notebooks use most: by the number of notebooks whose code names the
    // type or a member of it, then by the number of places.
    private static readonly string[] _used =
    [
        "Kit", "IPlots", "Checkpoint", "HeadTable", "LiveAttention", "HeadFeatures", "HeadClusters", "HeadGrid", "Interval",
        "HeadClustering", "HeadCluster", "BertConfig", "TextMaps", "ConllU", "Proportion", "MaskedWords", "TokenizedText",
        "TextTokenizer", "TreebankAttention", "DependencyHits", "DependencyRelations",
    ];

    private static readonly Lazy<(string Owner, string Place, string Code)[]> _all = new(() => [.. Find()]);

    public static TheoryData<string, string> All => [.. _all.Value.Select(e => (e.Place, e.Code))];

    [Theory, MemberData(nameof(All))]
    public void Compiles_in_a_cell(string place, string code) =>
        Assert.Empty(Errors(code).Select(e => $"{place}: {e}"));

    [Fact]
    public void The_types_that_notebooks_use_most_have_one() =>
        Assert.Empty(_used.Except(_all.Value.Select(e => e.Owner)));

    [Theory]
    [InlineData("Kit.Plot.Pie(1)", "CS1061")]
    [InlineData("var two = new ExactSum();", "CS0122")]
    [InlineData("lost.Extract()", "CS0103")]
    public void One_that_does_not_compile_is_found(string code, string error) => Assert.StartsWith(error, Assert.Single(Errors(code)));

    [Fact]
    public void Users_can_write_an_algorithm_a_source_a_measure_and_a_task_of_their_own() => Assert.Empty(Errors(
        """
        using TorchSharp;
        class Halves : IClusterAlgorithm
        {
            public string Name => "halves";
            public string Method => "lower and upper layers";
            public bool TakesDistances => false;
            public int[] Fit(HeadSpace heads, int k, int seed = 0) => [.. heads.Points.Select((_, i) => 2 * i / heads.Points.Length)];
        }
        class Even(IAttentionSource other) : IAttentionSource
        {
            public HeadGrid Grid => other.Grid;
            public IReadOnlyList<AttentionText> Texts => other.Texts;
            public string Fingerprint => "even";
            public void Visit(IAttentionVisitor visitor, VisitOptions options = null, IProgress<VisitProgress> progress = null,
                System.Threading.CancellationToken cancellation = default) => VisitLoop.Run(this, visitor, (batch, receive) =>
            {
                for (int layer = 0; layer < Grid.Layers; layer++) receive(layer, torch.zeros(batch.Mask.shape[0], Grid.Heads, 1, 1));
            }, options, progress, cancellation: cancellation);
            public TextMaps Maps(int text) => new(Texts[text], Grid, other.Maps(text).Weights.ToArray());
        }
        class Place : IHeadMeasure
        {
            public string Name => "place";
            public IReadOnlyList<ColumnInfo> Columns => [new ColumnInfo("place", "layers")];
            public FeatureNeeds Needs => FeatureNeeds.None;
            public IReadOnlyList<HeadColumn> Measure(MeasureContext context) =>
                [new HeadColumn(Columns[0], [.. context.Source.Grid.All().Select(h => (double)h.Layer)])];
        }
        class First(IModelTask other) : IModelTask
        {
            public string Name => "first items";
            public torch.nn.Module Weights => other.Weights;
            public HeadGrid Grid => other.Grid;
            public int Count => 1;
            public IReadOnlyList<int[]> Batches => [[0]];
            public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks hooks = null) => other.Evaluate(items, hooks);
        }
        var context = new MeasureContext(new Even(source)) { Task = new First(new MaskedWords(model, Kit.Sentences(8))) };
        MeasureCatalogue.Table(context, [new Place()]).Cluster(2, algorithm: new Halves())
        """));

    private static IEnumerable<string> Errors(string code) =>
        Cells.Errors(Repository.Path("notebooks"), [.. _above, code]);

    private static IEnumerable<(string Owner, string Place, string Code)> Find() =>
        from file in Directory.GetFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")
        let text = File.ReadAllText(file)
        where text.Contains("<example>")
        from member in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
        from example in member.GetLeadingTrivia().Select(t => t.GetStructure()).OfType<DocumentationCommentTriviaSyntax>()
            .SelectMany(d => d.DescendantNodes().OfType<XmlElementSyntax>()).Where(e => e.StartTag.Name.ToString() == "example")
        let line = example.GetLocation().GetLineSpan().StartLinePosition.Line + 1
        select ((member as BaseTypeDeclarationSyntax)?.Identifier.Text ?? "", $"{Path.GetRelativePath(Repository.Root, file)}, line {line}",
            CodeOf(example.ToString()));

    private static string CodeOf(string example) => WebUtility.HtmlDecode(
        Regex.Replace(Regex.Match(example, "<code>(.*)</code>", RegexOptions.Singleline).Groups[1].Value, @"\n\s*/// ?", "\n").Trim());
}
