using AttentionNotebooks.Runner;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionNotebooks.Tests.Spelling;

/// <summary>A line of text that a reader reads.</summary>
/// <param name="Place">File and line, or file, cell and line of the cell.</param>
/// <param name="Text">The text.</param>
internal sealed record ProseLine(string Place, string Text);

/// <summary>Takes what is prose out of Markdown, notebooks and C#, and leaves the code.</summary>
internal static class Prose
{
    private static readonly MarkdownPipeline _markdown = new MarkdownPipelineBuilder().UsePipeTables().UseMathematics()
        .UsePreciseSourceLocation().Build();

    /// <summary>The prose of a Markdown text: no code, no links' addresses, no formulas.</summary>
    /// <param name="text">The Markdown.</param>
    /// <param name="place">What the text is, for the places.</param>
    public static IEnumerable<ProseLine> OfMarkdown(string text, string place) =>
        Markdig.Markdown.Parse(text, _markdown).Descendants<LiteralInline>()
        .Select(l => new ProseLine($"{place}, line {l.Line + 1}", l.Content.ToString()));

    /// <summary>The prose of a notebook: its text, and the sentences that its code shows.</summary>
    /// <param name="path">The notebook.</param>
    /// <param name="name">What to call it.</param>
    public static IEnumerable<ProseLine> OfNotebook(string path, string name) =>
        NotebookReader.Read(path).Cells.SelectMany(c => c.Type == CellType.Markdown
            ? OfMarkdown(c.Source, $"{name}, cell {c.Number}")
            : OfStrings(c.Source, $"{name}, cell {c.Number}", SourceCodeKind.Script));

    /// <summary>The prose of a C# file: its documentation, and the sentences among its strings.</summary>
    /// <param name="code">The C#.</param>
    /// <param name="place">What the file is called.</param>
    public static IEnumerable<ProseLine> OfCSharp(string code, string place) =>
        OfDocumentation(code, place).Concat(OfStrings(code, place, SourceCodeKind.Regular));

    private static IEnumerable<ProseLine> OfDocumentation(string code, string place) =>
        from text in Parse(code, SourceCodeKind.Regular).GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<XmlTextSyntax>()
        where !text.Ancestors().OfType<XmlElementSyntax>().Any(e => e.StartTag.Name.ToString() is "c" or "code")
        from token in text.TextTokens
        select new ProseLine(Place(token, place), token.ValueText);

    // A string of several words; one of a single word is mostly a name.
    private static IEnumerable<ProseLine> OfStrings(string code, string place, SourceCodeKind kind) =>
        from token in Parse(code, kind).GetRoot().DescendantTokens()
        where token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken)
        where token.ValueText.Trim().Count(c => c == ' ') >= 2 && !token.ValueText.Contains('<') && !token.ValueText.Contains('{')
        select new ProseLine(Place(token, place), token.ValueText);

    private static SyntaxTree Parse(string code, SourceCodeKind kind) =>
        CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Parse, kind));

    private static string Place(SyntaxToken token, string place) =>
        $"{place}, line {token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}
