using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionNotebooks.Runner;

/// <summary>A run of statements of a cell that follow one another.</summary>
/// <param name="Line">The line of the cell on which it begins, from 1.</param>
/// <param name="Text">The statements, as a program has them.</param>
internal sealed record CodeSegment(int Line, string Text);

/// <summary>
/// One file of script, taken apart into what a program holds in different places: usings above, statements in order,
/// types below. The statements keep their text but for what a program writes otherwise.
/// </summary>
internal sealed class CellCode
{
    private static readonly SyntaxKind[] OfFieldsOnly = [SyntaxKind.StaticKeyword, SyntaxKind.ReadOnlyKeyword, SyntaxKind.VolatileKeyword];
    private static readonly SyntaxKind[] Access =
        [SyntaxKind.PublicKeyword, SyntaxKind.PrivateKeyword, SyntaxKind.ProtectedKeyword, SyntaxKind.InternalKeyword];

    private readonly SourceText text;
    private readonly List<TextChange> changes;
    private readonly List<CodeSegment> segments = [];
    private readonly List<string> types = [];
    private readonly List<string> extensions = [];
    private int? open;

    /// <summary>Takes <paramref name="tree"/> apart.</summary>
    /// <param name="tree">A cell's code, or a file that it loads.</param>
    /// <param name="renames">What new names change in it.</param>
    /// <param name="show">The call that shows the value of a last expression, without its bracket; <see langword="null"/> where it is not
    /// shown.</param>
    /// <param name="refuse">Makes the error for what has no place in a program, from its problem and remedy.</param>
    public CellCode(SyntaxTree tree, IEnumerable<TextChange> renames, string? show, Func<string, string, InputException> refuse)
    {
        text = tree.GetText();
        changes = [.. renames];
        var root = (CompilationUnitSyntax)tree.GetRoot();
        Usings = [.. root.Usings.Select(u => u.ToString())];
        foreach (var directive in root.DescendantTrivia().Where(IsReference)) changes.Add(new TextChange(directive.FullSpan, ""));
        HasNullable = root.DescendantTrivia().Any(t => t.IsKind(SyntaxKind.NullableDirectiveTrivia));
        HasUnsafe = root.DescendantTokens().Any(t => t.IsKind(SyntaxKind.UnsafeKeyword));
        foreach (var member in root.Members)
        {
            switch (member)
            {
                case BaseTypeDeclarationSyntax or DelegateDeclarationSyntax:
                    Remove(member.Modifiers, SyntaxKind.PrivateKeyword, SyntaxKind.ProtectedKeyword);
                    Move(member, types);
                    break;
                case MethodDeclarationSyntax
                {
                    ParameterList.Parameters: [{ Modifiers: [{ RawKind: (int)SyntaxKind.ThisKeyword }, ..] },
                    ..]
                }:
                    Remove(member.Modifiers, Access);
                    changes.Add(new TextChange(new TextSpan(member.Modifiers.First(m => m.IsKind(SyntaxKind.StaticKeyword)).SpanStart, 0),
                        "internal "));
                    Move(member, extensions);
                    break;
                case MethodDeclarationSyntax method:
                    Remove(method.Modifiers, Access);
                    open ??= ContentStart(member);
                    break;
                case FieldDeclarationSyntax field:
                    Remove(field.Modifiers, [.. Access, .. OfFieldsOnly]);
                    // A script's variable begins with its type's default value.
                    foreach (var variable in field.Declaration.Variables.Where(v => v.Initializer is null))
                        changes.Add(new TextChange(new TextSpan(variable.Span.End, 0), " = default"));
                    open ??= ContentStart(member);
                    break;
                case GlobalStatementSyntax statement:
                    if (statement.DescendantNodes(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
                        .OfType<ReturnStatementSyntax>().Any())
                        throw refuse("returns from the cell, which in a program would end it",
                            "Write the value as the last expression of the cell");
                    if (statement.Statement is ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last)
                        Close(last.Expression, show);
                    open ??= ContentStart(member);
                    break;
                default:
                    throw refuse($"declares '{member.ToString().Split('\n')[0]}' at its top, which a program's statements cannot",
                        "Make it a variable, a method, or a member of a class");
            }
        }
        var end = root.EndOfFileToken;
        if (open is null && end.LeadingTrivia.FirstOrDefault(IsContent) is { RawKind: not 0 } comment) open = comment.FullSpan.Start;
        Flush(end.FullSpan.End);
    }

    /// <summary>The using directives.</summary>
    public IReadOnlyList<string> Usings { get; }

    /// <summary>The statements, in order; a new run begins where something between them went elsewhere.</summary>
    public IReadOnlyList<CodeSegment> Segments => segments;

    /// <summary>The types.</summary>
    public IReadOnlyList<string> Types => types;

    /// <summary>The extension methods, which a program has in a static class.</summary>
    public IReadOnlyList<string> Extensions => extensions;

    /// <summary>Whether <c>#nullable</c> changes what holds for the code after it.</summary>
    public bool HasNullable { get; }

    /// <summary>Whether it has unsafe code.</summary>
    public bool HasUnsafe { get; }

    private void Close(ExpressionSyntax expression, string? show)
    {
        if (show is not null) changes.Add(new TextChange(new TextSpan(expression.SpanStart, 0), show + "("));
        changes.Add(new TextChange(new TextSpan(expression.Span.End, 0), show is null ? ";" : ");"));
    }

    private void Remove(SyntaxTokenList modifiers, params SyntaxKind[] kinds)
    {
        foreach (var modifier in modifiers.Where(m => kinds.Contains(m.Kind())))
            changes.Add(new TextChange(new TextSpan(modifier.SpanStart, modifier.FullSpan.End - modifier.SpanStart), ""));
    }

    private void Move(MemberDeclarationSyntax member, List<string> place)
    {
        Flush(member.FullSpan.Start);
        place.Add(Changed(TextSpan.FromBounds(ContentStart(member), member.FullSpan.End)).TrimEnd());
    }

    private void Flush(int end)
    {
        if (open is not int start) return;
        open = null;
        string changed = Changed(TextSpan.FromBounds(start, end)).TrimEnd();
        if (changed.Length > 0) segments.Add(new CodeSegment(text.Lines.GetLinePosition(start).Line + 1, changed));
    }

    // What is put before a name comes before the change of that name.
    private string Changed(TextSpan span)
    {
        var inside = changes.Where(c => span.Contains(c.Span)).OrderBy(c => c.Span.Start).ThenBy(c => c.Span.Length)
            .Select(c => new TextChange(new TextSpan(c.Span.Start - span.Start, c.Span.Length), c.NewText ?? ""));
        return text.GetSubText(span).WithChanges(inside).ToString();
    }

    private static int ContentStart(SyntaxNode member) =>
        member.GetLeadingTrivia().FirstOrDefault(IsContent) is { RawKind: not 0 } comment ? comment.FullSpan.Start : member.SpanStart;

    private static bool IsReference(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.LoadDirectiveTrivia)
        || trivia.IsKind(SyntaxKind.ReferenceDirectiveTrivia);

    private static bool IsContent(SyntaxTrivia trivia) => !IsReference(trivia) && !trivia.IsKind(SyntaxKind.WhitespaceTrivia)
        && !trivia.IsKind(SyntaxKind.EndOfLineTrivia);
}
