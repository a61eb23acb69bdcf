namespace AttentionNotebooks.Runner;

/// <summary>The look of the pages: text at reading width, code and figures a little wider, fit to print.</summary>
internal static class PageStyle
{
    /// <summary>The style sheet.</summary>
    public const string Css = """
        :root { --ink: #1f2430; --soft: #667085; --line: #e4e7ec; --wash: #f7f8fa; --accent: #2f5fb3; --bad: #b42318; --bad-wash: #fef3f2;
          --good: #067647; }
        * { box-sizing: border-box; }
        body { margin: 0; color: var(--ink); background: #fff; font: 16.5px/1.62 "Charter", "Bitstream Charter", "Sitka Text", Cambria,
          Georgia, serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 2rem 5rem; }
        nav, .count, th, h1, h2, h3, h4, summary, .plotly, .output table, .list { font-family: system-ui, -apple-system, "Segoe UI",
          Roboto, "Helvetica Neue", Arial, sans-serif; }
        nav { font-size: .82rem; color: var(--soft); }
        nav { display: flex; justify-content: space-between; padding-bottom: .6rem; border-bottom: 1px solid var(--line);
          margin-bottom: 1.6rem; }
        a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
        h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .7rem; letter-spacing: -.01em; }
        h1 { font-size: 2rem; margin-top: .5rem; } h2 { font-size: 1.4rem; } h3 { font-size: 1.13rem; } h4 { font-size: 1rem; }
        .text { max-width: 46rem; }
        .text img, .output img, .output svg { max-width: 100%; height: auto; }
        blockquote { margin: 1rem 0; padding: .1rem 1.1rem; border-left: 3px solid var(--line); color: #475467; }
        hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
        code, pre { font-family: ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
          font-size: .84em; }
        :not(pre) > code { background: var(--wash); border: 1px solid var(--line); border-radius: 4px; padding: .06em .32em; }
        pre { margin: 0; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82rem; }
        pre.code { background: var(--wash); border: 1px solid var(--line); border-radius: 7px; padding: .75rem .95rem; margin: .7rem 0;
          tab-size: 4; }
        .k { color: #8250a8; } .s { color: #0f6b3a; } .n { color: #a3480b; } .c { color: #7a8394; font-style: italic; }
          .d { color: #8a5a00; } .t { color: #12708a; } .m { color: #2f5fb3; }
        .cell { position: relative; margin: 1.1rem 0; }
        .count { position: absolute; right: 100%; top: .95rem; margin-right: .6rem; color: #98a2b3; font-size: .72rem;
          white-space: nowrap; }
        .failed > pre.code { border-color: #fda29b; }
        .notrun > pre.code { opacity: .55; }
        .outputs { padding: .1rem .2rem 0 .95rem; overflow-x: auto; }
        .output { margin: .55rem 0; overflow-x: auto; }
        .plotly { width: 100%; }
        .caption { margin: 0 0 .6rem; max-width: 46rem; font-size: .88rem; color: #475467; }
        pre.stream { margin: .55rem 0; color: #344054; }
        pre.stderr { color: #93370d; }
        pre.error { margin: .55rem 0; color: var(--bad); background: var(--bad-wash); border: 1px solid #fecdca; border-radius: 7px;
          padding: .7rem .95rem; }
        .banner { color: var(--bad); background: var(--bad-wash); border: 1px solid #fecdca; border-radius: 7px; padding: .7rem 1rem;
          margin: 1rem 0; font: .9rem/1.5 system-ui, sans-serif; }
        table { border-collapse: collapse; margin: .9rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .32rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        thead th { border-bottom: 2px solid #d0d5dd; font-weight: 600; }
        .output table { font-size: .82rem; }
        .output td pre { white-space: pre-wrap; }
        details { margin: .8rem 0; border: 1px solid var(--line); border-radius: 7px; padding: .45rem .95rem; }
        summary { cursor: pointer; font-size: .9rem; color: var(--accent); }
        details.dni-treeview { border: 0; padding: 0; margin: 0; }
        .dni-code-hint { color: var(--soft); }
        li.task-list-item { list-style: none; margin-left: -1.3em; }
        p.formula { overflow: auto hidden; margin: .6rem 0; padding: .5rem 0; }
        math { font-size: 1.08em; font-family: "Cambria Math", "STIX Two Math", "Latin Modern Math", "DejaVu Math TeX Gyre", math; }
        .ok { color: var(--good); } .bad { color: var(--bad); }
        td.number { text-align: right; }
        @media (max-width: 64rem) { .count { position: static; margin: 0 0 .15rem; } }
        @media print {
          body { font-size: 10.5pt; } main { max-width: none; padding: 0; } nav, .count { display: none; }
          pre.code, .output, pre.error, table, blockquote { break-inside: avoid; } h1, h2, h3 { break-after: avoid; }
          /* Charts are 800 pixels wide, paper (A4, letter) about 720; what a box hides can not be scrolled to there. */
          .outputs, .output { overflow: visible; padding: 0; } .plotly[id] { zoom: .87; } .modebar { display: none; }
        }
        """;

    /// <summary>A whole page.</summary>
    /// <param name="title">The title, already HTML.</param>
    /// <param name="head">What else goes into the head.</param>
    /// <param name="body">The body, already HTML.</param>
    public static string Page(string title, string head, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
        <style>
        {Css}
        </style>
        {head}</head>
        <body>
        <main>
        {body}</main>
        </body>
        </html>

        """;
}
