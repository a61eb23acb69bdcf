using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace AttentionNotebooks.Cli.Notebooks.Pages;

/// <summary>
/// plotly.js as Plotly.NET carries it. It is read out of the file and no type of Plotly.NET is loaded: its dependencies
/// live in a load context of their own.
/// </summary>
internal static class PlotlyLibrary
{
    private static readonly Lazy<string> Text = new(() => Read(Path.Combine(AppContext.BaseDirectory, "Plotly.NET.dll")));

    /// <summary>The library, safe inside a <c>script</c> element.</summary>
    public static string Script => Text.Value;

    private static string Read(string assembly)
    {
        const string Remedy = "Build again with dotnet build -c Release, which copies Plotly.NET beside attn";
        if (!File.Exists(assembly)) throw new InputException(assembly, null, "is missing, and a page with charts needs the plotly.js in it", Remedy);
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var resource = metadata.ManifestResources.Select(metadata.GetManifestResource)
            .Where(r => metadata.GetString(r.Name) is var name && name.Contains(".plotly-", StringComparison.Ordinal) && name.EndsWith(".min.js", StringComparison.Ordinal))
            .Select(r => (long?)r.Offset).FirstOrDefault()
            ?? throw new InputException(assembly, null, "holds no plotly.js", Remedy);
        var block = file.GetSectionData(file.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetReader();
        block.Offset = (int)resource;
        string script = Encoding.UTF8.GetString(block.ReadBytes(block.ReadInt32()));
        // In the strings and expressions of a script <\/ means </, and does not end the element.
        return script.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }
}
