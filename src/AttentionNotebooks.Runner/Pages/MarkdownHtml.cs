using System.Net;
using System.Text.Json.Nodes;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace AttentionNotebooks.Runner;

/// <summary>
/// The markdown of a notebook as HTML that needs no other file: pictures become part of the page, formulas MathML, and
/// links to other notebooks lead to their pages.
/// </summary>
internal sealed class MarkdownHtml(string folder)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseTaskLists().UseEmphasisExtras().UseAutoLinks().UseFootnotes().UseMathematics()
        .UseAutoIdentifiers(Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub)
        .Build();

    /// <summary>The HTML of <paramref name="text"/>.</summary>
    /// <param name="text">The markdown.</param>
    /// <param name="attachments">The pictures that the cell carries itself, as nbformat has them.</param>
    public string Render(string text, JsonObject? attachments)
    {
        var document = Markdown.Parse(OwnLines(text), Pipeline);
        foreach (var link in document.Descendants<LinkInline>()) link.Url = Target(link, attachments);
        using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new InlineFormula());
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new BlockFormula());
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CodeBlockHtml());
        renderer.Render(document);
        return writer.ToString();
    }

    // Notebook editors take $$ … $$ on one line however it is spaced; Markdig takes the dollars on lines of their own.
    private static string OwnLines(string text)
    {
        bool fenced = false;
        return string.Join('\n', text.Split('\n').Select(line =>
        {
            string bare = line.Trim();
            if (bare.StartsWith("```", StringComparison.Ordinal) || bare.StartsWith("~~~", StringComparison.Ordinal)) fenced = !fenced;
            bool formula = !fenced && bare.Length > 4 && bare.StartsWith("$$", StringComparison.Ordinal)
                && bare.IndexOf("$$", 2, StringComparison.Ordinal) == bare.Length - 2;
            return formula ? $"$$\n{bare[2..^2].Trim()}\n$$" : line;
        }));
    }

    private string? Target(LinkInline link, JsonObject? attachments)
    {
        string url = link.Url ?? "";
        if (!link.IsImage)
            return IsLocal(url) && Path.GetExtension(url).ToLowerInvariant() is ".ipynb" or ".dib" ? Path.ChangeExtension(url, ".html")
                : link.Url;
        if (url.StartsWith("attachment:", StringComparison.Ordinal))
        {
            var forms = attachments?[Uri.UnescapeDataString(url["attachment:".Length..])] as JsonObject;
            return forms is { Count: > 0 } && NotebookReader.Lines(forms.First().Value) is string base64
                ? $"data:{forms.First().Key};base64,{base64.ReplaceLineEndings("")}" : link.Url;
        }
        string path = IsLocal(url) ? Path.GetFullPath(Uri.UnescapeDataString(url), folder) : "";
        return File.Exists(path) && PictureType(path) is string type
            ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}" : link.Url;
    }

    private static bool IsLocal(string url) => url.Length > 0 && !url.StartsWith("//", StringComparison.Ordinal)
        && !url.Contains(':', StringComparison.Ordinal);

    private static string? PictureType(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".svg" => "image/svg+xml",
        ".webp" => "image/webp",
        _ => null,
    };

    private sealed class InlineFormula : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline formula) =>
            renderer.Write(Formula.Render(formula.Content.ToString(), display: formula.DelimiterCount > 1));
    }

    private sealed class BlockFormula : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock formula) =>
            renderer.EnsureLine().Write("<p class=\"formula\">").Write(Formula.Render(formula.Lines.ToString(), display: true))
            .WriteLine("</p>");
    }

    private sealed class CodeBlockHtml : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            string code = block.Lines.ToString();
            bool csharp = (block as FencedCodeBlock)?.Info?.ToLowerInvariant() is "csharp" or "cs" or "c#";
            renderer.EnsureLine().Write("<pre class=\"code\">").Write(csharp ? CodeHtml.Render(code) : WebUtility.HtmlEncode(code))
                .WriteLine("</pre>");
        }
    }
}
