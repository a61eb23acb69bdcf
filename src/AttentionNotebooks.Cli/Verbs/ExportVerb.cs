using System.CommandLine;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn export</c>: a notebook as a C# program, or as a script for .NET Interactive.</summary>
internal static class ExportVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var notebook = new Argument<string>("NOTEBOOK") { Description = "The notebook, .ipynb or .dib." };
        var form = new Option<string>("--to")
        {
            Description = "cs: a file-based app; 'dotnet run F.cs', from any folder, writes the page that 'attn run' writes. dib: a "
                + "script for .NET Interactive.",
            HelpName = "cs|dib",
            Required = true,
        };
        var target = new Option<string>("--out")
        {
            Description = "The file to write, ending in .cs or .dib.",
            HelpName = "F",
            Required = true,
        };
        form.AcceptOnlyFromAmong("cs", "dib");
        var verb = new Command("export", "Writes a notebook in another form: a C# program that needs no notebook host, or a .dib "
            + "script.") { notebook, form, target };
        verb.Validators.Add(result =>
        {
            // The tokens: the value of an option with an unknown form cannot be asked for.
            if (result.GetResult(form)?.Tokens is [{ Value: ("cs" or "dib") and var extension }] && result.GetValue(target) is { } file
                && !file.EndsWith("." + extension, StringComparison.OrdinalIgnoreCase))
                result.AddError($"--to {extension} writes a file that ends in .{extension}, not '{file}'.");
        });
        verb.SetAction(parsed =>
        {
            string file = Path.GetFullPath(parsed.GetValue(target)!);
            if (parsed.GetValue(form) == "cs") NotebookExport.WriteProgram(parsed.GetValue(notebook)!, file);
            else if (NotebookExport.WriteScript(parsed.GetValue(notebook)!, file) is { } note) error.WriteLine($"attn: note: {note}");
            output.WriteLine(file);
        });
        return verb;
    }
}
