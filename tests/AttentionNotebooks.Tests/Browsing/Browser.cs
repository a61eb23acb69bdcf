using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Tests.Browsing;

/// <summary>What a browser found in a page.</summary>
/// <param name="Problems">Errors that no script caught, and what went to the console as an error or a warning.</param>
/// <param name="Answer">The value of the question.</param>
internal sealed record BrowserReport(IReadOnlyList<string> Problems, JsonElement Answer);

/// <summary>
/// Asks a headless Chromium about a page. Its clock is virtual: it stands still while the page works and jumps when the
/// page waits, so that a slow machine gives the same answer as a fast one.
/// </summary>
internal static partial class Browser
{
    private const string Listen = """
        <script>
        const probe = { problems: [] };
        addEventListener("error", e => probe.problems.push(String(e.message)));
        addEventListener("unhandledrejection", e => probe.problems.push(String(e.reason)));
        for (const kind of ["error", "warn"]) console[kind] = (...what) => probe.problems.push(`${kind}: ${what.join(" ")}`);
        </script>
        """;

    // The page's own scripts get a second of its clock after it is loaded; then the answer takes the page's place.
    private const string Answer = """
        <script>
        addEventListener("load", () => setTimeout(async () => {
          try { probe.answer = await (async () => @question)(); } catch (e) { probe.problems.push("question: " + e); }
          const answer = document.createElement("pre");
          answer.id = "probe";
          answer.textContent = JSON.stringify(probe);
          document.body.replaceChildren(answer);
        }, 1000));
        </script>
        """;

    /// <summary>Where Chromium is: the environment variable CHROMIUM, or a known name on the path; <see langword="null"/> where there is
    /// none.</summary>
    public static string? Executable { get; } = new[] { Environment.GetEnvironmentVariable("CHROMIUM") }
        .Concat(from name in new[] { "chromium", "chromium-browser", "google-chrome" }
                from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                select Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
        .FirstOrDefault(File.Exists);

    /// <summary>Opens a page and asks it a question.</summary>
    /// <param name="page">The page's HTML.</param>
    /// <param name="question">A JavaScript expression, evaluated in the page when all is drawn; it may await.</param>
    /// <param name="cancellation">Ends the browser.</param>
    public static async Task<BrowserReport> Ask(string page, string question, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("browser-").FullName;
        try
        {
            string file = Path.Combine(folder, "page.html");
            int head = page.IndexOf("<head>", StringComparison.Ordinal) + "<head>".Length,
                end = page.LastIndexOf("</body>", StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, page[..head] + Listen + page[head..end] + Answer.Replace("@question", question)
                + page[end..], cancellation);
            string dom = await Run(folder, ["--virtual-time-budget=60000", "--dump-dom", new Uri(file).AbsoluteUri], cancellation);
            var answer = AnswerPattern().Match(dom);
            if (!answer.Success)
                throw new InvalidOperationException($"{Executable} gave no answer for the page; it gave {dom.Length} characters.");
            using var json = JsonDocument.Parse(WebUtility.HtmlDecode(answer.Groups[1].Value));
            return new BrowserReport([.. json.RootElement.GetProperty("problems").EnumerateArray().Select(p => p.GetString()!)],
                json.RootElement.TryGetProperty("answer", out var value) ? value.Clone() : default);
        }
        finally
        {
            Remove(folder);
        }
    }

    /// <summary>Runs Chromium without a window and gives what it printed.</summary>
    /// <param name="folder">Where it may keep its own files.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<string> Run(string folder, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Executable!,
            ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={Path.Combine(folder, "profile")}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var chromium = Process.Start(start)!;
        var error = chromium.StandardError.ReadToEndAsync(cancellation); // read, so that it cannot fill up
        try
        {
            string output = await chromium.StandardOutput.ReadToEndAsync(cancellation);
            await chromium.WaitForExitAsync(cancellation);
            await error;
            return output;
        }
        finally
        {
            if (!chromium.HasExited) chromium.Kill(entireProcessTree: true);
        }
    }

    // A helper of the browser may write its last file a moment after the browser is gone.
    private static void Remove(string folder)
    {
        for (int attempt = 0; Directory.Exists(folder); attempt++)
            try { Directory.Delete(folder, recursive: true); }
            catch (IOException) when (attempt < 20) { Thread.Sleep(100); }
    }

    [GeneratedRegex("<pre id=\"probe\">(.*?)</pre>", RegexOptions.Singleline)]
    private static partial Regex AnswerPattern();
}
