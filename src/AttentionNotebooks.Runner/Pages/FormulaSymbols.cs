using System.Collections.Frozen;
using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>What the commands of a formula look like.</summary>
internal static class FormulaSymbols
{
    /// <summary>Commands that are a letter.</summary>
    public static FrozenDictionary<string, string> Letters { get; } = Table(
        "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ "
            + "sigma σ tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω " +
        "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω ell ℓ infty ∞ partial ∂ nabla ∇ emptyset ∅ top ⊤ bot ⊥ "
        + "hbar ℏ");

    /// <summary>Commands that are an operator, a relation or a delimiter.</summary>
    public static FrozenDictionary<string, string> Operators { get; } = Table(
        "cdot ⋅ times × div ÷ pm ± mp ∓ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ ll ≪ gg ≫ approx ≈ equiv ≡ sim ∼ simeq ≃ propto ∝ in ∈ notin ∉ "
            + "ni ∋ subset ⊂ subseteq ⊆ cup ∪ cap ∩ setminus ∖ " +
        "to → rightarrow → leftarrow ← Rightarrow ⇒ Leftrightarrow ⇔ mapsto ↦ uparrow ↑ downarrow ↓ mid ∣ vert | Vert ‖ | ‖ lVert ‖ rVert "
        + "‖ lvert | rvert | parallel ∥ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ " +
        "odot ⊙ oplus ⊕ otimes ⊗ circ ∘ ast ∗ star ⋆ forall ∀ exists ∃ neg ¬ land ∧ lor ∨ wedge ∧ vee ∨ ldots … cdots ⋯ dots … vdots ⋮ "
        + "ddots ⋱ int ∫ prime ′ { { } } % % # # & & _ _ $ $ colon :");

    /// <summary>Operators whose limits stand below and above them.</summary>
    public static FrozenDictionary<string, string> Large { get; } = Table("sum ∑ prod ∏ bigcup ⋃ bigcap ⋂");

    /// <summary>Functions, set upright; those with limits below them are in <see cref="Limits"/>.</summary>
    public static FrozenSet<string> Functions { get; } = "log ln exp sin cos tan tanh sinh cosh deg det dim ker tr Pr gcd arg".Split(' ')
        .ToFrozenSet();

    /// <summary>Functions whose subscript stands below them.</summary>
    public static FrozenSet<string> Limits { get; } = "max min sup inf lim argmax argmin".Split(' ').ToFrozenSet();

    /// <summary>Marks above a letter.</summary>
    public static FrozenDictionary<string, string> Accents { get; } =
        Table("hat ^ widehat ^ bar ¯ overline ¯ tilde ~ widetilde ~ vec → dot ˙");

    /// <summary>Spaces, in em.</summary>
    public static FrozenDictionary<string, string> Spaces { get; } = Table(", 0.17 : 0.22 ; 0.28 quad 1 qquad 2 space 0.25");

    /// <summary>Letters of an alphabet that Unicode has apart: bold, double-struck or script.</summary>
    /// <param name="alphabet">The command that asks for it.</param>
    public static string InAlphabet(string alphabet, string letters)
    {
        var text = new StringBuilder();
        foreach (char c in letters) text.Append(InAlphabet(alphabet, c));
        return text.ToString();
    }

    private static string InAlphabet(string alphabet, char c) => (alphabet, c) switch
    {
        ("mathbf" or "boldsymbol", >= 'A' and <= 'Z') => char.ConvertFromUtf32(0x1D400 + c - 'A'),
        ("mathbf" or "boldsymbol", >= 'a' and <= 'z') => char.ConvertFromUtf32(0x1D41A + c - 'a'),
        ("mathbf" or "boldsymbol", >= '0' and <= '9') => char.ConvertFromUtf32(0x1D7CE + c - '0'),
        ("mathbb", '1') => "𝟙",
        // The capitals that Unicode had before it had the alphabets lie elsewhere.
        ("mathbb", >= 'A' and <= 'Z') => "CHNPQRZ".IndexOf(c, StringComparison.Ordinal) is >= 0 and var i ? "ℂℍℕℙℚℝℤ"[i].ToString()
            : char.ConvertFromUtf32(0x1D538 + c - 'A'),
        ("mathcal", >= 'A' and <= 'Z') => "BEFHILMR".IndexOf(c, StringComparison.Ordinal) is >= 0 and var i ? "ℬℰℱℋℐℒℳℛ"[i].ToString()
            : char.ConvertFromUtf32(0x1D49C + c - 'A'),
        _ => c.ToString(),
    };

    private static FrozenDictionary<string, string> Table(string pairs) =>
        pairs.Split(' ').Chunk(2).ToFrozenDictionary(p => p[0], p => p[1]);
}
