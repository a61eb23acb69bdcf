namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>What a tree of Universal Dependencies for English must fulfil, written from the guidelines and not from the grammar.</summary>
internal static class TreeChecker
{
    private static readonly string[] Leaves =
        ["aux", "aux:pass", "cop", "case", "det", "mark", "cc", "punct", "expl", "flat", "nummod", "compound:prt", "discourse", "vocative"];
    private static readonly string[] Nominal = ["NOUN", "PROPN", "PRON"];

    private static readonly Dictionary<string, string[]> TagsOf = new()
    {
        ["det"] = ["DET"],
        ["aux"] = ["AUX"],
        ["aux:pass"] = ["AUX"],
        ["cop"] = ["AUX"],
        ["case"] = ["ADP", "PART"],
        ["mark"] = ["SCONJ", "PART"],
        ["cc"] = ["CCONJ"],
        ["nummod"] = ["NUM"],
        ["punct"] = ["PUNCT"],
        ["amod"] = ["ADJ"],
        ["advmod"] = ["ADV", "PART"],
        ["compound:prt"] = ["ADP"],
        ["compound"] = ["NOUN"],
        ["flat"] = ["PROPN"],
        ["nsubj"] = Nominal,
        ["nsubj:pass"] = Nominal,
        ["obj"] = Nominal,
        ["iobj"] = Nominal,
        ["obl"] = Nominal,
        ["obl:agent"] = Nominal,
        ["obl:unmarked"] = Nominal,
        ["nmod"] = Nominal,
        ["nmod:poss"] = Nominal,
        ["appos"] = Nominal,
        ["expl"] = ["PRON"],
        ["discourse"] = ["INTJ"],
        ["vocative"] = ["PROPN"],
        ["acl"] = ["VERB"],
    };

    /// <summary>Everything that is wrong with a sentence; nothing for a good one.</summary>
    public static IEnumerable<string> Problems(Rows s) =>
        Shape(s).Concat(s.Words.SelectMany(w => Word(s, w))).Concat(s.Words.SelectMany(w => Finite(s, w)))
        .Concat(s.Words.SelectMany(w => Chain(s, w)));

    private static IEnumerable<string> Shape(Rows s)
    {
        if (s.Words.Count(w => w.Head == 0) != 1 || s.Words.Any(w => w.Head == 0 != (w.Relation == "root"))) yield return "not one root";
        foreach (var word in s.Words)
        {
            int steps = 0;
            for (Row? at = word; at is not null; at = s.HeadOf(at))
                if (steps++ > s.Words.Length)
                {
                    yield return $"{word.Form} is in a circle";
                    yield break;
                }
        }
        foreach (var a in s.Words.Where(w => w.Head > 0))
            foreach (var b in s.Words.Where(w => w.Head > 0))
            {
                var (left, right) = (Math.Min(a.Id, a.Head), Math.Max(a.Id, a.Head));
                var (from, to) = (Math.Min(b.Id, b.Head), Math.Max(b.Id, b.Head));
                if (left < from && from < right && right < to) yield return $"{a.Form} and {b.Form} cross";
            }
        string text = string.Concat(s.Words.Select(w => w.Form + (w.Misc == "SpaceAfter=No" ? "" : " "))).TrimEnd();
        if (text != s.Text) yield return $"the words make \"{text}\"";
        if (!char.IsUpper(s.Text[0]) || s.Words[^1].Form is not ("." or "?")) yield return "no capital or no mark";
    }

    private static IEnumerable<string> Word(Rows s, Row w)
    {
        var head = s.HeadOf(w);
        if (TagsOf.TryGetValue(w.Relation, out var tags) && !tags.Contains(w.Tag)) yield return $"{w.Form}: {w.Relation} is {w.Tag}";
        if (Leaves.Contains(w.Relation) && s.DependentsOf(w).Any()) yield return $"{w.Form}: {w.Relation} has dependents";
        if (w.Tag == "PUNCT" != (w.Relation == "punct")) yield return $"{w.Form}: punctuation that is not punct, or the reverse";
        if (head is null) yield break;
        bool predicate = head.Tag == "VERB" || s.Dependent(head, "cop") is not null;
        switch (w.Relation)
        {
            case "nsubj" or "csubj" or "expl" or "obl" or "advcl" or "mark" when !predicate && head.Relation is not "xcomp"
                && !(w.Relation == "obl" && head.Tag == "ADJ"):
                yield return $"{w.Form}: {w.Relation} of {head.Form}, which is no predicate";
                break;
            case "nsubj:pass" or "obl:agent" when head.FineTag != "VBN":
                yield return $"{w.Form}: {w.Relation} of {head.Form}, which is not passive";
                break;
            case "nsubj:pass" when s.Dependent(head, "aux:pass") is null:
                yield return $"{w.Form}: nsubj:pass without aux:pass";
                break;
            case "nsubj" when s.Dependent(head, "aux:pass") is not null:
                yield return $"{w.Form}: nsubj of a passive";
                break;
            case "obj" or "iobj" or "ccomp" or "compound:prt" or "xcomp" when head.Tag != "VERB":
                yield return $"{w.Form}: {w.Relation} of {head.Form}, which is no verb";
                break;
            case "cop" when head.Tag == "VERB":
                yield return $"{w.Form}: cop of a verb";
                break;
            case "nmod" or "acl" or "acl:relcl" or "amod" or "det" or "appos" or "nmod:poss" when !Nominal.Contains(head.Tag):
                yield return $"{w.Form}: {w.Relation} of {head.Form}, which is no nominal";
                break;
            case "conj" when w.Id < w.Head:
                yield return $"{w.Form}: conj before its head";
                break;
        }
        if (w.Relation is "obl" or "nmod" or "obl:agent" && s.Dependent(w, "case") is null)
            yield return $"{w.Form}: {w.Relation} without case";
        if (w.Relation == "obl:agent" && s.Dependent(w, "case")?.Lemma != "by") yield return $"{w.Form}: agent without by";
        if (w.Relation == "nmod:poss" && !w.Has("Poss=Yes") && s.Dependent(w, "case")?.Lemma != "'s")
            yield return $"{w.Form}: possessor without 's";
        if (w.Relation == "cc" && head.Relation != "conj") yield return $"{w.Form}: cc of {head.Form}, which is no conjunct";
        if (w.Relation == "det" && DeterminedNumber(w.Form) is { } number && !head.Has(number))
            yield return $"{w.Form} {head.Form}: number";
        if (w.Form.ToLowerInvariant() is "a" or "an" && w.Relation == "det"
            && ("aeiou".Contains(s.Words[w.Id].Form[0]) != (w.Form.Length == 2))
            && !s.Words[w.Id].Form.StartsWith("hon", StringComparison.Ordinal)
            && !s.Words[w.Id].Form.StartsWith("us", StringComparison.Ordinal)
            && !s.Words[w.Id].Form.StartsWith("uni", StringComparison.Ordinal))
            yield return $"{w.Form} {s.Words[w.Id].Form}";
        if (w.Relation == "nummod" && w.Lemma != "one" && !head.Has("Number=Plur")) yield return $"{w.Form} {head.Form}: number";
    }

    private static string? DeterminedNumber(string determiner) => determiner.ToLowerInvariant() switch
    {
        "a" or "an" or "this" or "that" or "every" or "each" or "another" => "Number=Sing",
        "these" or "those" or "all" => "Number=Plur",
        _ => null,
    };

    /// <summary>A finite verb that shows number agrees with its subject, found through the tree.</summary>
    private static IEnumerable<string> Finite(Rows s, Row w)
    {
        if (!w.Has("Mood=Ind")) yield break;
        var (third, first) = SubjectOf(s, w) is { } subject ? Person(s, subject) : (null, false);
        if (third is null) yield return $"{w.Form}: no subject";
        else if (!Fits(w, third.Value, first)) yield return $"{w.Form}: does not agree";
    }

    /// <summary>The subject of a finite verb or auxiliary: its own, its predicate's, or that of the verb it is coordinated with.</summary>
    public static Row? SubjectOf(Rows s, Row finite)
    {
        var predicate = finite.Relation is "aux" or "aux:pass" or "cop" ? s.HeadOf(finite)! : finite;
        for (; ; predicate = s.HeadOf(predicate)!)
        {
            // "It is good that …": the expletive holds the subject's place. "There is …" agrees with what there is.
            var own = s.Dependent(predicate, "nsubj", "nsubj:pass") ?? s.Dependent(predicate, "expl");
            if (own is not null || predicate.Relation != "conj") return own;
        }
    }

    /// <summary>Whether the verb of a subject stands in the third person singular, and whether the subject is "I".</summary>
    public static (bool? ThirdSingular, bool I) Person(Rows s, Row subject, int before = int.MaxValue)
    {
        // A relative clause speaks of what is before it: "the cat that sleeps and the dog".
        if (s.DependentsOf(subject).Any(d => d.Relation == "conj" && d.Id < before)) return (false, false);
        if (subject.Has("PronType=Rel") && s.HeadOf(subject) is { } clause) return Person(s, s.HeadOf(clause)!, clause.Id);
        bool i = subject.Lemma == "I";
        return (!i && !subject.Has("Person=2") && !subject.Has("Number=Plur"), i);
    }

    private static bool Fits(Row verb, bool third, bool i)
    {
        string form = verb.Form.ToLowerInvariant();
        return (verb.Lemma, verb.Has("Tense=Past")) switch
        {
            ("be", true) => form == (third || i ? "was" : "were"),
            ("be", false) => form == (third ? "is" : i ? "am" : "are"),
            (_, true) => form is not ("has" or "have" or "do" or "does"),
            _ => third ? form != verb.Lemma && form.EndsWith('s') : form == verb.Lemma,
        };
    }

    /// <summary>Each auxiliary asks for the form of what follows it.</summary>
    private static IEnumerable<string> Chain(Rows s, Row predicate)
    {
        var links = s.DependentsOf(predicate).Where(d => d.Relation is "aux" or "aux:pass" or "cop").OrderBy(d => d.Id).ToList();
        if (predicate.Tag == "VERB") links.Add(predicate);
        if (links.Count > 0 && s.DependentsOf(predicate).Any(d => d.FineTag == "TO") && links[0].FineTag != "VB")
            yield return $"to {links[0].Form}: not VB";
        for (int i = 0; i + 1 < links.Count; i++)
        {
            string due = links[i] switch
            {
                { FineTag: "MD" } or { Lemma: "do" } => "VB",
                { Lemma: "have" } => "VBN",
                { Relation: "aux:pass" } => "VBN",
                _ => "VBG",
            };
            if (links[i + 1].FineTag != due) yield return $"{links[i].Form} {links[i + 1].Form}: not {due}";
        }
    }
}
