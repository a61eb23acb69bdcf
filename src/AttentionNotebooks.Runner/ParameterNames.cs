using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionNotebooks.Runner;

/// <summary>
/// Which parameters notebooks have, read from their cells and the files that those load: what <c>Kit.Parameter</c>,
/// <c>Kit.PathParameter</c>, <c>Kit.Model</c> and <c>Environment.GetEnvironmentVariable</c> ask for by a name that stands
/// in the code.
/// </summary>
internal sealed class ParameterNames
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Script);

    private readonly SortedSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> loaded = new(StringComparer.Ordinal);
    private bool anyName; // a name is computed: then nobody can say which names there are

    /// <summary>Makes sure that at least one of the notebooks has each of the parameters that were given.</summary>
    /// <exception cref="InputException">No notebook has a parameter of that name.</exception>
    public static void Check(IReadOnlyList<Notebook> notebooks, IReadOnlyCollection<string> given)
    {
        if (given.Count == 0) return;
        var found = new ParameterNames();
        foreach (var notebook in notebooks) found.Read(notebook);
        if (found.anyName || given.FirstOrDefault(g => !found.names.Contains(g)) is not { } unknown) return;
        throw found.names.Count > 0 ? Spelling.Unknown("parameter", unknown, found.names)
            : new InputException(
                $"parameter \"{unknown}\"", null, "does not exist: these notebooks have no parameters", "Run them without --param");
    }

    private void Read(Notebook notebook)
    {
        foreach (var cell in notebook.Cells.Where(c => c.Type == CellType.Code))
        {
            // A cell with a magic command that is not known fails when it is run, with its place.
            try { foreach (var part in CellParts.Of(cell).Parts.Where(p => p.Language == "csharp")) Read(part.Text, notebook.Folder); }
            catch (CellException) { anyName = true; }
        }
    }

    private void Read(string code, string folder)
    {
        var root = CSharpSyntaxTree.ParseText(code, Script).GetCompilationUnitRoot();
        foreach (var load in root.GetLoadDirectives())
        {
            string file = Path.GetFullPath(load.File.ValueText, folder);
            if (loaded.Add(file) && File.Exists(file)) Read(File.ReadAllText(file), Path.GetDirectoryName(file)!);
        }
        foreach (var call in root.DescendantNodes().OfType<InvocationExpressionSyntax>()) Read(call);
    }

    private void Read(InvocationExpressionSyntax call)
    {
        switch (call.Expression)
        {
            case MemberAccessExpressionSyntax
            {
                Expression: IdentifierNameSyntax { Identifier.ValueText: "Kit" }, Name.Identifier.ValueText: "Model",
            }:
                names.Add("model");
                break;
            case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Parameter" or "PathParameter" or "GetEnvironmentVariable" }:
                if (call.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax { Token.Value: string name } }, ..])
                    names.Add(name);
                else anyName = true;
                break;
            case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetEnvironmentVariables" }:
                anyName = true;
                break;
        }
    }
}
