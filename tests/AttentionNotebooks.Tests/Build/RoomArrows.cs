using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionNotebooks.Tests.Build;

/// <summary>A use of a type by a room that stands before the type's own room.</summary>
/// <param name="File">The file that uses it.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Type">The type, or the type whose member is used.</param>
/// <param name="From">The room of the file.</param>
/// <param name="To">The room that declares the type.</param>
internal sealed record RoomArrow(string File, int Line, string Type, string From, string To)
{
    public override string ToString() => $"{File}:{Line}: {From} uses {Type} of {To}";
}

/// <summary>
/// Finds the arrows between rooms that run back. The rooms are the folders of a project, and all its types share one namespace, so that
/// a <c>using</c> says nothing: the sources are compiled, and each name is followed to the file that declares it. Documentation
/// comments do not count.
/// </summary>
internal static class RoomArrows
{
    // What the project file and the SDK add to the sources.
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // A partial method whose other part a source generator writes (regular expressions, native functions).
    private static readonly string[] Generated = ["CS8795"];

    /// <summary>The arrows that run back.</summary>
    /// <param name="sources">File and text; a file is named from the project's folder on, with slashes.</param>
    /// <param name="rooms">The folders in their order: a room may use those before it. "" is the project's own folder.</param>
    /// <param name="without">Assemblies of the test process that are not referenced, since the sources are theirs.</param>
    public static IReadOnlyList<RoomArrow> Find(IReadOnlyList<(string File, string Text)> sources, string[] rooms, params string[] without)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None);
        SyntaxTree[] trees = [.. sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, options, s.File))];
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var compilation = CSharpCompilation.Create("Rooms", [.. trees, CSharpSyntaxTree.ParseText(Usings, options)],
            assemblies.Where(a => !without.Contains(Path.GetFileNameWithoutExtension(a))).Select(a => MetadataReference.CreateFromFile(a)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        // A declaration that is not understood could hide an arrow. Bodies are not checked: this very build compiled them.
        var errors = compilation.GetDeclarationDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error && !Generated.Contains(d.Id)).ToArray();
        if (errors.Length > 0)
            throw new InvalidOperationException(
                $"the sources do not compile: {string.Join('\n', errors.Select(e => e.ToString()).Take(5))}");

        int RankOf(string file)
        {
            string room = RoomOf(file);
            return Array.IndexOf(rooms, room) is >= 0 and var rank ? rank
                : throw new InvalidOperationException($"{file} is in no known room: give \"{room}\" its place in their order");
        }
        return [.. trees.AsParallel().AsOrdered().SelectMany(tree =>
        {
            var model = compilation.GetSemanticModel(tree);
            int own = RankOf(tree.FilePath);
            return tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
                .SelectMany(name => Symbols(model.GetSymbolInfo(name)).Select(s => (Name: name, Symbol: s, File: FileOf(s))))
                .Where(use => use.File is not null && RankOf(use.File) > own)
                .Select(use => new RoomArrow(tree.FilePath, tree.GetLineSpan(use.Name.Span).StartLinePosition.Line + 1,
                    (use.Symbol as INamedTypeSymbol ?? use.Symbol.ContainingType).Name, rooms[own], RoomOf(use.File!)))
                .Distinct();
        })];
    }

    private static string RoomOf(string file) => file.Contains('/') ? file[..file.IndexOf('/')] : "";

    private static string? FileOf(ISymbol symbol) => symbol.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;

    // What a name stands for; where that is not decided (several overloads, as in nameof), all that it can stand for.
    private static IEnumerable<ISymbol> Symbols(SymbolInfo name) =>
        (name.Symbol is { } symbol ? [symbol] : name.CandidateSymbols).Select(Declared).OfType<ISymbol>();

    // Types and their members: what a file declares. A method that extends a type belongs to the file that it is written in.
    private static ISymbol? Declared(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => (method.ReducedFrom ?? method).OriginalDefinition,
        INamedTypeSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.OriginalDefinition,
        _ => null,
    };
}
