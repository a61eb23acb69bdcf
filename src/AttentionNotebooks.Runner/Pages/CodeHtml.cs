using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionNotebooks.Runner;

/// <summary>
/// C# as coloured HTML. Colours come from the syntax alone, so that cells that were never compiled have them too;
/// a name counts as a type where only a type can stand, or where a capitalised name stands before a dot.
/// </summary>
internal static class CodeHtml
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>The HTML of <paramref name="code"/>, to go into a <c>pre</c>.</summary>
    public static string Render(string code)
    {
        var html = new StringBuilder();
        int done = 0;
        foreach (var (span, style) in Spans(CSharpSyntaxTree.ParseText(code, Script).GetRoot()))
        {
            html.Append(WebUtility.HtmlEncode(code[done..span.Start]));
            html.Append($"<span class=\"{style}\">").Append(WebUtility.HtmlEncode(code[span.Start..span.End])).Append("</span>");
            done = span.End;
        }
        return html.Append(WebUtility.HtmlEncode(code[done..])).ToString();
    }

    private static IEnumerable<(TextSpan Span, string Style)> Spans(SyntaxNode root)
    {
        foreach (var token in root.DescendantTokens())
        {
            foreach (var trivia in token.LeadingTrivia.Where(IsColoured)) yield return (trivia.Span, Style(trivia));
            if (token.Span.Length > 0 && Style(token) is string style) yield return (token.Span, style);
            foreach (var trivia in token.TrailingTrivia.Where(IsColoured)) yield return (trivia.Span, Style(trivia));
        }
    }

    private static bool IsColoured(SyntaxTrivia trivia) =>
        trivia.IsDirective || trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
        or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;

    private static string Style(SyntaxTrivia trivia) => trivia.IsDirective ? "d" : "c";

    private static string? Style(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.NumericLiteralToken => "n",
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.Utf8StringLiteralToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedVerbatimStringStartToken
            or SyntaxKind.InterpolatedSingleLineRawStringStartToken or SyntaxKind.InterpolatedMultiLineRawStringStartToken
            or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringEndToken
            or SyntaxKind.InterpolatedRawStringEndToken => "s",
        SyntaxKind.IdentifierToken => StyleOfName(token),
        var kind => SyntaxFacts.IsKeywordKind(kind) ? "k" : null,
    };

    private static string? StyleOfName(SyntaxToken token) => token.Parent switch
    {
        BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or ConstructorDeclarationSyntax or TypeParameterSyntax => "t",
        MethodDeclarationSyntax or LocalFunctionStatementSyntax => "m",
        SimpleNameSyntax name when IsInvoked(name) => "m",
        IdentifierNameSyntax { IsVar: true } => "k",
        SimpleNameSyntax name when name.Ancestors().Any(a => a is UsingDirectiveSyntax) => null,
        GenericNameSyntax => "t",
        IdentifierNameSyntax name when SyntaxFacts.IsInTypeOnlyContext(name) => "t",
        IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax owner } name when owner.Expression == name
            && char.IsUpper(token.Text[0]) => "t",
        _ => null,
    };

    private static bool IsInvoked(SimpleNameSyntax name) => name.Parent switch
    {
        InvocationExpressionSyntax call => call.Expression == name,
        MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } member => member.Name == name && call.Expression == member,
        MemberBindingExpressionSyntax { Parent: InvocationExpressionSyntax } => true,
        _ => false,
    };
}
