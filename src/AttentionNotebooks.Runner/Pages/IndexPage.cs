using System.Net;
using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>The list of the notebooks of one run.</summary>
internal static class IndexPage
{
    /// <summary>The page of <paramref name="runs"/>.</summary>
    public static string Render(IReadOnlyList<NotebookRun> runs)
    {
        var body =
            new StringBuilder(
                "<h1>Notebooks</h1>\n<table class=\"list\">\n<thead><tr><th>Notebook</th><th>Cells "
                    + "run</th><th>Time</th><th></th></tr></thead>\n<tbody>\n");
        foreach (var run in runs)
        {
            int code = run.Notebook.Cells.Count(c => c.Type == CellType.Code && !string.IsNullOrWhiteSpace(c.Source));
            string state = run.Failure is { } failure ? $"<span class=\"bad\">failed: {Encode(failure.OneLine)}</span>"
                : "<span class=\"ok\">ok</span>";
            body.Append($"<tr><td><a href=\"{Uri.EscapeDataString(run.Notebook.Name)}.html\">{Encode(run.Notebook.Title)}</a></td>");
            body.Append(
                $"<td class=\"number\">{run.Cells.Count} of {code}</td><td "
                    + $"class=\"number\">{NotebookPage.Seconds(run.Duration)}</td><td>{state}</td></tr>\n");
        }
        body.Append("</tbody>\n</table>\n");
        return PageStyle.Page("Notebooks", "", body.ToString());
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
