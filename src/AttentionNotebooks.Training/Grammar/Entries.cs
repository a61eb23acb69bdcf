namespace AttentionNotebooks.Training;

/// <summary>A noun of the lexicon.</summary>
/// <remarks><c>Plural</c>: Null for a mass noun. <c>Gender</c>: m, f, or neither.</remarks>
internal sealed record Noun(string Singular, string? Plural, NounClass Class, char Gender, string World);

/// <summary>A verb in one frame.</summary>
/// <remarks><c>Particle</c>: Its particle or preposition, if the frame has one. <c>Strict</c>: It cannot go without its object.
/// <c>Stative</c>: It has no progressive.</remarks>
internal sealed record Verb(string Lemma, string Past, string Participle, Frame Frame, IReadOnlySet<NounClass> Subjects,
    IReadOnlySet<NounClass> Objects, string? Particle, bool Strict, bool Stative)
{
    public string Third => Lemma == "have" ? "has" : Inflection.S(Lemma);

    public string Ing => Inflection.Ing(Lemma);
}

/// <summary>An adjective.</summary>
/// <remarks><c>Rank</c>: Its place among several, from the left. <c>Comparative</c>: Null where it is made with <c>more</c>.</remarks>
internal sealed record Adjective(string Lemma, int Rank, IReadOnlySet<NounClass> Classes, string? Comparative, string? Superlative);
