using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;

namespace AttentionNotebooks.Runner;

/// <summary>
/// A notebook as a file-based app: one C# file that <c>dotnet run</c> builds and that writes the page which
/// <c>attn run</c> writes. Markdown cells are raw strings, code cells are the program's statements in their order, and
/// at the end stand the types and the text of the code cells, which the page shows.
/// </summary>
internal sealed class CSharpExport
{
    private readonly Notebook notebook;
    private readonly KitReference kit;
    private readonly Dictionary<int, CellParts> parts;
    private readonly Dictionary<CellPart, CompiledPart> compiled;
    private readonly TopLevelNames names;
    private readonly Dictionary<SyntaxTree, CellCode> code = [];
    private readonly ProgramText program = new();
    private readonly string receiver;
    private readonly string sources;

    private CSharpExport(Notebook notebook, string target)
    {
        this.notebook = notebook;
        kit = new KitReference(target);
        parts = CompiledCells.Parts(notebook);
        compiled = CompiledCells.Of(notebook, parts);
        names = new TopLevelNames(notebook, [.. compiled.Values]);
        receiver = names.Free("notebook");
        sources = names.Free("Source");
    }

    /// <summary>Writes the program of <paramref name="notebook"/> to <paramref name="target"/>, which says how it finds the kit.</summary>
    /// <exception cref="InputException">A cell does not compile, has no counterpart in a program, or the file cannot be
    /// written.</exception>
    public static void Write(string target, Notebook notebook) => AtomicFile.WriteText(target, Text(notebook, target));

    /// <summary>The program of <paramref name="notebook"/> for a file at <paramref name="target"/>, a full path.</summary>
    /// <exception cref="InputException">A cell does not compile, or has no counterpart in a program.</exception>
    public static string Text(Notebook notebook, string target)
    {
        var export = new CSharpExport(notebook, target);
        export.Transform();
        export.Assemble(Path.GetFileName(target));
        ProgramCheck.Compile(notebook, export.program, export.compiled.Values, export.code.Values.Any(c => c.HasUnsafe));
        return export.program.ToString();
    }

    private void Transform()
    {
        foreach (var part in compiled.Values)
        {
            foreach (var tree in part.Trees)
            {
                var renames = names.Changes(tree, part.Compilation.GetSemanticModel(tree));
                string? show = tree == part.Own && part.HasValue ? receiver + ".Show" : null;
                code.Add(tree, new CellCode(tree, renames, show,
                    (problem, remedy) => new InputException(notebook.Path, part.Cell.Label, problem, remedy)));
            }
        }
    }

    private void Assemble(string file)
    {
        string name = Path.GetFileName(notebook.Path);
        program.Add($"""
            // {notebook.Title.ReplaceLineEndings(" ")}
            //
            // The notebook {name} as a program. From any folder:
            //
            //     dotnet run {file} -- [--out DIR] [--param k=v]
            //
            // It runs the cells and writes {notebook.Name}.html, the page of "attn run {name}". It is built against the kit's
            // project below: correct its paths if you move this file alone.
            """);
        program.Add(kit.Directives(code.Values.Any(c => c.HasUnsafe)));
        program.Add("");
        string[] usings =
        [
            "using System;", "using System.Text;", "using System.Collections;", "using System.Collections.Generic;",
                "using System.Threading.Tasks;", "using System.Linq;",
            "using AttentionNotebooks.Runner;", "using static Microsoft.DotNet.Interactive.Kernel;",
        ];
        foreach (string directive in usings.Concat(code.Values.SelectMany(c => c.Usings)).Distinct(StringComparer.Ordinal))
            program.Add(directive);
        program.Add($"\nvar {receiver} = NotebookProgram.Start(args, {ProgramText.Quoted(kit.PathTo(notebook.Path))});");
        foreach (var cell in notebook.Cells)
        {
            program.Begin(cell);
            if (cell.Type == CellType.Markdown) AddMarkdown(cell);
            else if (parts.ContainsKey(cell.Number)) AddCode(cell);
        }
        program.Begin(null);
        program.Add($"\n{receiver}.Finish();");
        AddTypes();
        AddSources();
    }

    private void AddMarkdown(Cell cell)
    {
        string attachments = cell.Json["attachments"] is JsonObject { Count: > 0 } pictures
            ? $", {ProgramText.Raw(pictures.ToJsonString())}" : "";
        program.Add($"\n{receiver}.Markdown({cell.Number}, {ProgramText.Raw(cell.Source)}{attachments});");
    }

    private void AddCode(Cell cell)
    {
        string call =
            $"\n{receiver}.Code({cell.Number}, {(cell.Id is null ? "null" : ProgramText.Quoted(cell.Id))}, {sources}.Cell{cell.Number}";
        int? last = null;
        foreach (var part in parts[cell.Number].Parts)
        {
            if (!compiled.TryGetValue(part, out var own))
            {
                BeginAt(part.FirstLine);
                program.Add($"{receiver}.ShowMarkdown({ProgramText.Raw(part.Text.Trim('\n'))});");
                continue;
            }
            foreach (var tree in own.Trees)
            {
                foreach (var segment in code[tree].Segments)
                {
                    BeginAt(tree == own.Own ? segment.Line : 0);
                    program.Add(segment.Text);
                }
                if (code[tree].HasNullable) program.Add("#nullable restore");
            }
        }
        if (last is null) BeginAt(1);
        if (parts[cell.Number].IsTimed) program.Add($"{receiver}.ShowTime();");

        void BeginAt(int line)
        {
            if (last is null) program.Add($"{call}{(line == 1 ? "" : $", line: {line}")});");
            else if (line > 0 || last > 0) program.Add($"{receiver}.GoOn({line});");
            last = line;
        }
    }

    private void AddTypes()
    {
        foreach (var part in compiled.Values)
        {
            program.Begin(part.Cell);
            foreach (string type in part.Trees.SelectMany(t => code[t].Types)) program.Add($"\n{type}");
        }
        if (code.Values.All(c => c.Extensions.Count == 0)) return;
        program.Begin(null);
        program.Add($"\nstatic class {names.Free("Extensions")}\n{{");
        foreach (var part in compiled.Values)
        {
            program.Begin(part.Cell);
            foreach (string method in part.Trees.SelectMany(t => code[t].Extensions)) program.Add(method);
        }
        program.Add("}");
    }

    private void AddSources()
    {
        program.Begin(null);
        program.Add($"\n// The code cells as the page shows them.\nstatic class {sources}\n{{");
        program.Add(string.Join("\n\n", notebook.Cells.Where(c => parts.ContainsKey(c.Number))
            .Select(c => $"    public const string Cell{c.Number} = {ProgramText.Raw(c.Source)};")));
        program.Add("}");
    }
}
