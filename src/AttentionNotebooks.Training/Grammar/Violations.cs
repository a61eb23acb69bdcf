namespace AttentionNotebooks.Training;

/// <summary>Ways to spoil a good sentence, each at one known place of its tree. All give null where the sentence has no such
/// place.</summary>
internal static class Violations
{
    public static readonly IReadOnlyList<(string Name, Func<SentenceTree, Dice, string?> Spoil)> All =
    [
        ("agreement", Agreement), ("word-order", WordOrder), ("missing-argument", MissingArgument), ("determiner", Determiner),
            ("verb-form", VerbForm),
    ];

    private static readonly HashSet<string> StrictVerbs =
        [.. Lexicon.AllVerbs.GroupBy(v => v.Lemma).Where(g => g.All(v => v.Strict)).Select(g => g.Key)];

    // "He was open", "it was love": the bare form is an adjective or a noun that needs no article.
    private static readonly HashSet<string> GoodAfterBe =
        ["open", "close", "clean", "empty", "calm", "cool", "slow", "love", "help", "work", "fear", "hope"];
    private static readonly HashSet<string> SameInBoth = [.. Lexicon.AllNouns.Where(n => n.Plural == n.Singular).Select(n => n.Singular)];

    /// <summary>A finite verb in the other number: "the dogs sleeps".</summary>
    private static string? Agreement(SentenceTree s, Dice dice)
    {
        var places = s.Words.Where(w => Other(w) is not null && Subject(s, w) is { } subject && IsPlain(s, subject)
            && !MayBeSubjunctive(s, w)).ToList();
        if (places.Count == 0) return null;
        var place = dice.Pick(places);
        return Text(s.Words.Select(w => w == place ? Other(w)! : w.Form));

        // The forms that differ between the numbers.
        static string? Other(Word w) => (w.Form.ToLowerInvariant(), w.FineTag) switch
        {
            ("is", _) => "are",
            ("are", _) => "is",
            ("was", _) => "were",
            ("were", _) => "was",
            ("has", _) => "have",
            ("have", "VBP") => "has",
            ("does", _) => "do",
            ("do", "VBP") => "does",
            (_, "VBZ") => w.Lemma,
            (_, "VBP") => Inflection.S(w.Lemma),
            _ => null,
        };
    }

    /// <summary>An article or a preposition behind its neighbour, or a verb before its auxiliary.</summary>
    private static string? WordOrder(SentenceTree s, Dice dice)
    {
        var places = Enumerable.Range(0, s.Words.Count - 1).Where(i =>
            (s.Words[i] is { Relation: "det", Lemma: "the" or "a" } && s.Words[i + 1].Tag is "NOUN" or "ADJ"
                && s.Words[i + 2].FineTag != "POS")
            || (s.Words[i] is { Tag: "AUX", Relation: "aux" or "aux:pass", Lemma: not "do" } && s.Words[i + 1].Tag == "VERB"
                && s.Words[i].Head == s.Words[i + 1])
            || (s.Words[i].Relation == "case" && s.Words[i].Tag == "ADP" && s.Words[i + 1].Relation == "det"
                && s.Words[i + 1].Lemma is "the" or "a")).ToList();
        if (places.Count == 0) return null;
        int place = dice.Pick(places);
        var forms = s.Words.Select(w => w.Form).ToList();
        (forms[place], forms[place + 1]) = (forms[place + 1], forms[place]);
        if (place == 0) forms[1] = char.ToLowerInvariant(forms[1][0]) + forms[1][1..];
        return Text(forms);
    }

    /// <summary>A verb that cannot go without its object goes without it: "the baker greeted".</summary>
    private static string? MissingArgument(SentenceTree s, Dice dice)
    {
        var places = s.Words.Where(w => w.Relation == "obj" && w.Head is { Tag: "VERB" } verb && StrictVerbs.Contains(verb.Lemma)
            && verb.FineTag is "VBD" or "VBP" or "VBZ" or "VBN" or "VBG" && verb.Relation != "xcomp"
            && !w.Features.Contains("PronType=Rel") && !w.Features.Contains("PronType=Int") && Position(s, w) > Position(s, verb)
            // "greeted and saw the boy" is good: the object can be shared.
            && !s.Words.Any(o => ReferenceEquals(o.Head, verb) && o.Relation == "conj")).ToList();
        if (places.Count == 0) return null;
        var place = dice.Pick(places);
        return Text(s.Words.Where(w => !Below(w, place)).Select(w => w.Form));
    }

    /// <summary>These dog, that cats.</summary>
    private static string? Determiner(SentenceTree s, Dice dice)
    {
        var places = s.Words.Where(w => w is { Relation: "det", FineTag: "DT" } && Other(w) is not null
            && !SameInBoth.Contains(w.Head!.Lemma)).ToList();
        if (places.Count == 0) return null;
        var place = dice.Pick(places);
        return Text(s.Words.Select(w => w == place ? Other(w)! : w.Form));

        static string? Other(Word w) => w.Form.ToLowerInvariant() switch
        {
            "this" => "these",
            "these" => "this",
            "that" =>
            "those",
            "those" => "that",
            _ => null
        };
    }

    /// <summary>"Has eating", "will walks", "was sell", "to slept".</summary>
    private static string? VerbForm(SentenceTree s, Dice dice)
    {
        var places = s.Words.Where(w => w.Tag == "VERB" && w.Lemma != "be" && Other(s, w) is { } other && other != w.Form).ToList();
        if (places.Count == 0) return null;
        var place = dice.Pick(places);
        return Text(s.Words.Select(w => w == place ? Other(s, w)! : w.Form));

        static string? Other(SentenceTree s, Word w)
        {
            var helper = s.Words.LastOrDefault(o => ReferenceEquals(o.Head, w) && (o.Tag == "AUX" || o.FineTag == "TO"));
            return (w.FineTag, helper?.Lemma) switch
            {
                (_, null) => null,
                ("VB", "to") => Lexicon.AllVerbs.First(v => v.Lemma == w.Lemma).Past,
                ("VBN", "have") => Inflection.Ing(w.Lemma),
                (_, "be") => GoodAfterBe.Contains(w.Lemma) ? null : w.Lemma,
                _ => Inflection.S(w.Lemma),
            };
        }
    }

    /// <summary>The subject of a finite verb, through the tree: an auxiliary's is its predicate's.</summary>
    private static Word? Subject(SentenceTree s, Word finite)
    {
        var predicate = finite.Tag == "AUX" ? finite.Head : finite;
        return s.Words.FirstOrDefault(w => ReferenceEquals(w.Head, predicate) && w.Relation is "nsubj" or "nsubj:pass");
    }

    /// <summary>"If the dog were old" is good.</summary>
    private static bool MayBeSubjunctive(SentenceTree s, Word finite) =>
        finite.Lemma == "be" && s.Words.Any(w => w.Relation == "mark" && w.Lemma != "that"
            && (ReferenceEquals(w.Head, finite.Head) || ReferenceEquals(w.Head, finite)));

    /// <summary>A noun or a third-person pronoun of one clear number.</summary>
    private static bool IsPlain(SentenceTree s, Word subject) => subject.Tag switch
    {
        "NOUN" => !SameInBoth.Contains(subject.Lemma),
        "PROPN" => true,
        "PRON" => subject.Has("Person=3") || (subject.Has("PronType=Rel")
            && IsPlain(s, s.Words.First(w => ReferenceEquals(w, subject.Head!.Head)))),
        _ => false,
    };

    private static int Position(SentenceTree s, Word word) => s.Words.ToList().IndexOf(word);

    private static bool Below(Word word, Word top)
    {
        for (Word? at = word; at is not null; at = at.Head)
            if (ReferenceEquals(at, top)) return true;
        return false;
    }

    private static string Text(IEnumerable<string> forms)
    {
        string text = "";
        foreach (string form in forms) text += text.Length == 0 || form is "," or "." or "?" or "'" or "'s" ? form : " " + form;
        return char.ToUpperInvariant(text[0]) + text[1..];
    }
}
