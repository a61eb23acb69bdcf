using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionNotebooks.Runner;

/// <summary>
/// Names that a script allows twice and a program does not: a later cell may declare a variable or a method of an
/// earlier cell anew, and a loop may use the name of a cell's variable. The later one gets another name, wherever it
/// is meant, and code of earlier cells keeps seeing the first, as in the script.
/// </summary>
internal sealed class TopLevelNames
{
    private readonly Notebook notebook;
    private readonly Dictionary<(SyntaxTree Tree, int Start), string> renamed = [];
    private readonly HashSet<string> taken;

    /// <summary>Finds what has to be renamed among <paramref name="parts"/>, which stand in the notebook's order.</summary>
    /// <exception cref="InputException">Two cells declare types of one name.</exception>
    public TopLevelNames(Notebook notebook, IReadOnlyList<CompiledPart> parts)
    {
        this.notebook = notebook;
        var trees = parts.SelectMany(p => p.Trees.Select(t => (p.Cell, Tree: t, Model: p.Compilation.GetSemanticModel(t)))).ToList();
        taken = [.. trees.SelectMany(t => t.Tree.GetRoot().DescendantTokens()).Where(t => t.IsKind(SyntaxKind.IdentifierToken))
            .Select(t => t.ValueText)];
        CheckTypes(trees.Select(t => (t.Cell, t.Tree)));
        // "args" is the program's own: the parameter that holds its command line.
        var first = new HashSet<string>(StringComparer.Ordinal) { "args" };
        foreach (var (cell, tree, model) in trees)
            foreach (var symbol in Declared(tree, model).Where(IsTopLevel).Where(s => !first.Add(s.Name))) Rename(cell, symbol);
        foreach (var (cell, tree, model) in trees)
            foreach (var symbol in Declared(tree, model).Where(s => s is ILocalSymbol or IRangeVariableSymbol && first.Contains(s.Name)))
                Rename(cell, symbol);
    }

    /// <summary>A name that no cell uses: <paramref name="wanted"/>, or that with underscores.</summary>
    public string Free(string wanted)
    {
        while (!taken.Add(wanted)) wanted += "_";
        return wanted;
    }

    /// <summary>The changes that the new names make in <paramref name="tree"/>.</summary>
    public IEnumerable<TextChange> Changes(SyntaxTree tree, SemanticModel model)
    {
        if (renamed.Count == 0) yield break;
        foreach (var token in tree.GetRoot().DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)))
        {
            var symbol = token.Parent is SimpleNameSyntax name ? model.GetSymbolInfo(name).Symbol : model.GetDeclaredSymbol(token.Parent!);
            if (symbol is null || Key(symbol) is not { } key || !renamed.TryGetValue(key, out string? other)) continue;
            if (NameOf(token) is { } nameOf)
            {
                yield return new TextChange(nameOf.Span, $"\"{token.ValueText}\"");
                continue;
            }
            yield return new TextChange(token.Span, Inferred(token) + other);
        }
    }

    private void Rename(Cell cell, ISymbol symbol)
    {
        if (Key(symbol) is { } key) renamed.TryAdd(key, Free($"{symbol.Name}_{cell.Number}"));
    }

    private static bool IsTopLevel(ISymbol symbol) => symbol is IFieldSymbol or IMethodSymbol { MethodKind: MethodKind.Ordinary }
        && symbol.ContainingType.IsScriptClass;

    private static (SyntaxTree, int)? Key(ISymbol symbol) =>
        symbol.OriginalDefinition.Locations is [{ SourceTree: { } tree } declared, ..] ? (tree, declared.SourceSpan.Start) : null;

    // What is declared at the top and in its blocks. Functions may use the names again, types have their own.
    private static IEnumerable<ISymbol> Declared(SyntaxTree tree, SemanticModel model) => tree.GetRoot()
        .DescendantNodes(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MethodDeclarationSyntax
            or BaseTypeDeclarationSyntax))
        .Where(n => n is VariableDeclaratorSyntax or SingleVariableDesignationSyntax or MethodDeclarationSyntax or ForEachStatementSyntax
            or CatchDeclarationSyntax or QueryClauseSyntax or JoinIntoClauseSyntax or QueryContinuationSyntax
            or LocalFunctionStatementSyntax)
        .Select(n => model.GetDeclaredSymbol(n)).OfType<ISymbol>();

    private void CheckTypes(IEnumerable<(Cell Cell, SyntaxTree Tree)> trees)
    {
        var types = trees.SelectMany(t => ((CompilationUnitSyntax)t.Tree.GetRoot()).Members.Select(m => (t.Cell, Name: TypeName(m))))
            .Where(t => t.Name is not null);
        foreach (var same in types.GroupBy(t => t.Name).Where(g => g.Count() > 1))
            throw new InputException(notebook.Path, same.Last().Cell.Label,
                $"declares the type '{same.Key}' that {same.First().Cell.Label} has declared, and a program has one type of a name",
                    "Give one of them another name");
    }

    private static string? TypeName(MemberDeclarationSyntax member) => member switch
    {
        TypeDeclarationSyntax t => $"{t.Identifier.ValueText}{(t.Arity > 0 ? $"`{t.Arity}" : "")}",
        EnumDeclarationSyntax e => e.Identifier.ValueText,
        DelegateDeclarationSyntax d => $"{d.Identifier.ValueText}{(d.Arity > 0 ? $"`{d.Arity}" : "")}",
        _ => null,
    };

    private static InvocationExpressionSyntax? NameOf(SyntaxToken token) =>
        token.Parent is IdentifierNameSyntax
        {
            Parent: ArgumentSyntax
            {
                Parent: ArgumentListSyntax
                {
                    Parent: InvocationExpressionSyntax
                    {
                        Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" },
                    } call
                }
            }
        } ? call : null;

    // Members of tuples and anonymous types take the name of a variable that stands alone; they keep it.
    private static string Inferred(SyntaxToken token) => token.Parent switch
    {
        IdentifierNameSyntax { Parent: AnonymousObjectMemberDeclaratorSyntax { NameEquals: null } } => $"{token.Text} = ",
        IdentifierNameSyntax { Parent: ArgumentSyntax { NameColon: null, Parent: TupleExpressionSyntax tuple } } when (tuple.Parent
            as AssignmentExpressionSyntax)?.Left != tuple => $"{token.Text}: ",
        _ => "",
    };
}
