using System.Net;
using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>
/// Formulas in the part of LaTeX that notebooks use, as MathML, which browsers draw themselves. A formula with anything
/// else in it stays as it was typed: readable, and not half translated.
/// </summary>
internal sealed class Formula
{
    // Deeper than any formula that people read, and far from the end of the stack.
    private const int DepthLimit = 64;

    private readonly string text;
    private int at;
    private int depth;

    private Formula(string text) => this.text = text;

    /// <summary>The HTML of <paramref name="latex"/>, set in a line or, with <paramref name="display"/>, on its own.</summary>
    public static string Render(string latex, bool display)
    {
        var formula = new Formula(latex);
        try
        {
            string body = formula.Row();
            if (formula.at < latex.Length) throw new UnknownFormulaException();
            return $"<math{(display ? " display=\"block\"" : "")}>{body}</math>";
        }
        catch (UnknownFormulaException)
        {
            return $"<code class=\"formula\">{Encode(latex.Trim())}</code>";
        }
    }

    // Up to what closes the row: a brace, \right, \end, or the next cell or line of a table.
    private string Row()
    {
        var row = new StringBuilder("<mrow>");
        while (!AtEnd()) row.Append(WithScripts());
        return row.Append("</mrow>").ToString();
    }

    private bool AtEnd()
    {
        SkipSpace();
        return at == text.Length || text[at] is '}' or '&' || Next("\\right", word: true) || Next("\\end", word: true)
            || Next("\\\\", word: false);
    }

    private string WithScripts()
    {
        string nucleus = Atom(out bool limits);
        string? below = null, above = null;
        for (SkipSpace(); at < text.Length; SkipSpace())
        {
            if (text[at] == '_' && below is null) below = Script();
            else if (text[at] == '^' && above is null) above = Script();
            else if (text[at] == '\'' && above is null)
            {
                at++;
                above = "<mo>′</mo>";
            }
            else break;
        }
        return (below, above, limits) switch
        {
            (null, null, _) => nucleus,
            (_, null, true) => $"<munder>{nucleus}{below}</munder>",
            (null, _, true) => $"<mover>{nucleus}{above}</mover>",
            (_, _, true) => $"<munderover>{nucleus}{below}{above}</munderover>",
            (_, null, false) => $"<msub>{nucleus}{below}</msub>",
            (null, _, false) => $"<msup>{nucleus}{above}</msup>",
            _ => $"<msubsup>{nucleus}{below}{above}</msubsup>",
        };
    }

    private string Script()
    {
        at++;
        return Argument();
    }

    private string Argument()
    {
        SkipSpace();
        if (at < text.Length && char.IsAsciiDigit(text[at])) return $"<mn>{text[at++]}</mn>"; // \tfrac12 is a half, x^10 is x¹ and a 0
        return at < text.Length && text[at] is not ('}' or '&' or '_' or '^') ? Atom(out _) : throw new UnknownFormulaException();
    }

    private string Atom(out bool limits)
    {
        if (++depth > DepthLimit) throw new UnknownFormulaException();
        string atom = AtomInside(out limits);
        depth--;
        return atom;
    }

    private string AtomInside(out bool limits)
    {
        limits = false;
        char c = text[at];
        if (c == '\\') return Command(out limits);
        if (c == '{')
        {
            at++;
            string row = Row();
            Expect("}");
            return row;
        }
        if (char.IsAsciiDigit(c))
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at])
                || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))) at++;
            return $"<mn>{text[start..at]}</mn>";
        }
        if (c is '_' or '^' or '$' or '#' or '%' or '~') throw new UnknownFormulaException();
        at++;
        if (char.IsHighSurrogate(c) && at < text.Length) return $"<mi>{c}{text[at++]}</mi>";
        return char.IsLetter(c) ? $"<mi>{c}</mi>" : Operator(c switch { '-' => "−", '*' => "∗", _ => c.ToString() });
    }

    private string Command(out bool limits)
    {
        string name = Name();
        limits = FormulaSymbols.Large.ContainsKey(name) || FormulaSymbols.Limits.Contains(name);
        if (FormulaSymbols.Letters.TryGetValue(name, out string? letter)) return $"<mi>{letter}</mi>";
        if (FormulaSymbols.Large.TryGetValue(name, out string? large)) return $"<mo largeop=\"true\">{large}</mo>";
        if (FormulaSymbols.Operators.TryGetValue(name, out string? op)) return Operator(op);
        if (FormulaSymbols.Functions.Contains(name) || FormulaSymbols.Limits.Contains(name)) return Upright(name);
        if (FormulaSymbols.Spaces.TryGetValue(name, out string? width)) return $"<mspace width=\"{width}em\"></mspace>";
        if (FormulaSymbols.Accents.TryGetValue(name, out string? accent))
            return $"<mover accent=\"true\">{Argument()}<mo>{accent}</mo></mover>";
        switch (name)
        {
            case "!" or "limits" or "displaystyle" or "big" or "Big" or "bigl" or "bigr" or "Bigl" or "Bigr": return "";
            case " ": return "<mspace width=\"0.25em\"></mspace>";
            case "frac" or "dfrac" or "tfrac": return $"<mfrac>{Argument()}{Argument()}</mfrac>";
            case "sqrt": return $"<msqrt>{Argument()}</msqrt>";
            case "text" or "mathrm" or "textrm" or "texttt" or "mathtt" or "mathsf": return $"<mtext>{Encode(Words(Braced()))}</mtext>";
            case "operatorname": return Upright(Braced());
            case "mathbf" or "boldsymbol" or "mathbb" or "mathcal": return $"<mi>{Encode(FormulaSymbols.InAlphabet(name, Braced()))}</mi>";
            case "left": return Fenced();
            case "begin": return Table();
            default: throw new UnknownFormulaException();
        }
    }

    private string Fenced()
    {
        string open = Delimiter();
        string row = Row();
        Expect("\\right");
        return $"<mrow>{open}{row}{Delimiter()}</mrow>";
    }

    private string Delimiter()
    {
        SkipSpace();
        if (at == text.Length) throw new UnknownFormulaException();
        if (text[at] != '\\') return text[at++] is var c && c == '.' ? "" : Fence(c.ToString());
        return FormulaSymbols.Operators.TryGetValue(Name(), out string? delimiter) ? Fence(delimiter) : throw new UnknownFormulaException();
    }

    private string Table()
    {
        string kind = Braced();
        var (open, close, align) = kind switch
        {
            "cases" => ("{", "", "left"),
            "aligned" or "align" or "align*" => ("", "", "left"),
            "matrix" => ("", "", "center"),
            "pmatrix" => ("(", ")", "center"),
            "bmatrix" => ("[", "]", "center"),
            _ => throw new UnknownFormulaException(),
        };
        var table = new StringBuilder("<mtr>");
        do
        {
            table.Append($"<mtd style=\"text-align:{align}\">{Row()}</mtd>");
            if (Next("\\\\", word: false))
            {
                at += 2;
                table.Append("</mtr><mtr>");
            }
            else if (at < text.Length && text[at] == '&') at++;
            else break;
        }
        while (true);
        Expect("\\end");
        if (Braced() != kind) throw new UnknownFormulaException();
        return $"<mrow>{(open.Length > 0 ? Fence(open) : "")}<mtable>{table}</mtr></mtable>{(close.Length > 0 ? Fence(close) : "")}</mrow>";
    }

    // The name of a command: a run of letters, or one other character.
    private string Name()
    {
        int start = ++at;
        while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
        if (at == start) at++;
        return at <= text.Length ? text[start..at] : throw new UnknownFormulaException();
    }

    private string Braced()
    {
        SkipSpace();
        int end = at < text.Length && text[at] == '{' ? text.IndexOf('}', at) : -1;
        if (end < 0) throw new UnknownFormulaException();
        string inner = text[(at + 1)..end];
        if (inner.AsSpan().ContainsAny('\\', '{', '$')) throw new UnknownFormulaException();
        at = end + 1;
        return inner;
    }

    private void Expect(string what)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, at, what, 0, what.Length) != 0) throw new UnknownFormulaException();
        at += what.Length;
    }

    private bool Next(string what, bool word) =>
        string.CompareOrdinal(text, at, what, 0, what.Length) == 0
        && !(word && at + what.Length < text.Length && char.IsAsciiLetter(text[at + what.Length]));

    private void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    // A function's name stands off from its argument, unless that has a bracket around it.
    private string Upright(string name)
    {
        SkipSpace();
        string after = Next("(", word: false) || Next("\\left", word: true) ? "0em" : "0.17em";
        return $"<mo form=\"prefix\" lspace=\"0.17em\" rspace=\"{after}\">{Encode(name)}</mo>";
    }

    // Browsers drop plain spaces at the ends of words among symbols: [token j is special].
    private static string Words(string text) => text.Replace(' ', '\u00A0');

    // A bar has no space of its own: |i − j|.
    private static string Operator(string symbol) => symbol is "|" or "‖"
        ? $"<mo stretchy=\"false\" lspace=\"0em\" rspace=\"0em\">{symbol}</mo>" : $"<mo stretchy=\"false\">{Encode(symbol)}</mo>";

    private static string Fence(string symbol) => $"<mo fence=\"true\" stretchy=\"true\">{Encode(symbol)}</mo>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private sealed class UnknownFormulaException : Exception;
}
