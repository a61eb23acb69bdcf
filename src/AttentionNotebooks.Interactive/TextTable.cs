using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>A small table of text that shows as HTML and as aligned plain text.</summary>
/// <param name="Title">The line above; may be empty.</param>
/// <param name="Columns">The headings.</param>
/// <param name="Rows">The cells, as many in each row as there are headings.</param>
/// <param name="Note">The line below; may be empty.</param>
/// <param name="Units">What stands under each heading, if anything.</param>
internal sealed record TextTable(string Title, string[] Columns, string[][] Rows, string Note, string[]? Units = null)
{
    private const int WidestTextCell = 60;
    private const int ShortCell = 16; // a column of such cells is not worth breaking

    // Inherits the host's colours, so that it fits light and dark notebooks.
    private const string Style = $$"""
        <style>
        .attention-table,.attention-note{font-family:{{Html.FontFamily}}}
        .attention-table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin:4px 0}
        .attention-table caption{text-align:left;white-space:nowrap;font-weight:600;padding:2px 8px 6px}
        .attention-table th,.attention-table td{padding:2px 8px;text-align:left;vertical-align:top;border:0;background:none}
        .attention-table thead th{font-weight:600}
        .attention-table thead tr:last-child th{border-bottom:1px solid rgba(128,128,128,.6)}
        .attention-table thead .units th{font-weight:400;opacity:.7;padding-top:0}
        .attention-table tbody td{border-bottom:1px solid rgba(128,128,128,.2)}
        .attention-table .number{text-align:right}
        .attention-table .number,.attention-table .short{white-space:nowrap}
        .attention-note{font-size:12px;opacity:.7;padding:2px 8px}
        </style>
        """;

    /// <summary>The table as HTML; all text escaped.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder(Style).Append("<div style=\"overflow-x:auto\"><table class=\"attention-table\">");
        if (Title.Length > 0) html.Append("<caption>").Append(Html.Escape(Title)).Append("</caption>");
        html.Append("<thead><tr>");
        for (int c = 0; c < Columns.Length; c++) html.Append(Cell("th", c, Columns[c]));
        if (Units is not null)
        {
            html.Append("</tr><tr class=\"units\">");
            for (int c = 0; c < Columns.Length; c++) html.Append(Cell("th", c, Units[c]));
        }
        html.Append("</tr></thead><tbody>");
        foreach (var row in Rows)
        {
            html.Append("<tr>");
            for (int c = 0; c < Columns.Length; c++) html.Append(Cell("td", c, row[c]));
            html.Append("</tr>");
        }
        html.Append("</tbody></table></div>");
        if (Note.Length > 0) html.Append("<div class=\"attention-note\">").Append(Html.Escape(Note)).Append("</div>");
        return html.ToString();
    }

    /// <summary>The table as plain text, numbers aligned to the right.</summary>
    public string ToText()
    {
        int[] widths = [.. Columns.Select((name, c) => Rows.Append(Units ?? Columns).Select(r => Short(r[c]).Length).Append(name.Length)
            .Max())];
        string Line(string[] cells) => string.Join("  ",
            cells.Select((cell, c) => IsNumeric(c) ? Short(cell).PadLeft(widths[c]) : Short(cell).PadRight(widths[c]))).TrimEnd();
        return string.Join('\n', ((string[])[Title, Line(Columns), Units is null ? "" : Line(Units), .. Rows.Select(Line), Note])
            .Where(l => l.Length > 0));
    }

    private string Cell(string element, int column, string text)
    {
        string kind = IsNumeric(column) ? " class=\"number\"" : Rows.All(r => r[column].Length <= ShortCell) ? " class=\"short\"" : "";
        return $"<{element}{kind}>{Html.Escape(text)}</{element}>";
    }

    private bool IsNumeric(int column) => Rows.Length > 0
        && Rows.All(r => r[column].Length == 0 || double.TryParse(r[column], NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    private static string Short(string text) => text.Length <= WidestTextCell ? text : text[..(WidestTextCell - 1)] + "…";
}
