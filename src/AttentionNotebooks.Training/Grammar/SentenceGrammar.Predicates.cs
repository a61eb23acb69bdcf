namespace AttentionNotebooks.Training;

/// <summary>A verb or a copular predicate with its complements, before it has tense, auxiliaries and subject.</summary>
internal sealed class Predicate(Phrase phrase, Verb? verb)
{
    public Phrase Phrase { get; } = phrase;

    /// <summary>Null for a copular predicate.</summary>
    public Verb? Verb { get; } = verb;

    public bool IsPassive { get; init; }

    /// <summary>Verbs coordinated with it, which take the same form.</summary>
    public List<Predicate> Conjuncts { get; } = [];
}

internal sealed partial class SentenceGrammar
{
    private enum Copular { Adjective, Noun, Place, Comparison }

    /// <summary>What somebody or something does, or is.</summary>
    private Predicate MakePredicate(NounClass subject, Agreement agreement, int depth, double mayBe = 1)
    {
        double deep = depth > 0 ? 1 : 0;
        ReadOnlySpan<(double, Frame?)> frames =
        [
            (0.14, Frame.Intransitive), (0.09, Frame.Motion), (0.30, Frame.Transitive), (0.06, Frame.Ditransitive),
                (0.07 * deep, Frame.That), (0.02 * deep, Frame.TellThat),
            (0.04 * deep, Frame.Whether), (0.05 * deep, Frame.ToInfinitive), (0.02 * deep, Frame.Gerund),
                (0.03 * deep, Frame.ObjectControl), (0.04, Frame.Linking),
            (0.03, Frame.Particle), (0.06, Frame.ParticleObject), (0.07, Frame.Prepositional), (0.2 * mayBe, null),
        ];
        if (dice.Chance(0.09 * mayBe) && Passive(subject, depth) is { } passive) return passive;
        for (int attempt = 0; attempt < 12; attempt++)
        {
            if (dice.Weighted(frames) is not { } frame) return CopularPredicate(subject, agreement, depth);
            var verbs = Lexicon.ByFrame[frame].Where(v => v.Subjects.Contains(subject)).ToList();
            if (verbs.Count == 0) continue;
            var predicate = Verbal(dice.Pick(verbs), depth, subject);
            if (depth > 0 && frame is Frame.Intransitive or Frame.Motion or Frame.Transitive or Frame.ParticleObject && dice.Chance(0.11))
                Coordinate(predicate, subject, depth - 1);
            return predicate;
        }
        return CopularPredicate(subject, agreement, depth);
    }

    private void Coordinate(Predicate first, NounClass subject, int depth)
    {
        var verbs = Lexicon.AllVerbs.Where(v => v.Subjects.Contains(subject) && v.Lemma != first.Verb!.Lemma
            && v.Frame is Frame.Intransitive or Frame.Motion or Frame.Transitive or Frame.Particle).ToList();
        if (verbs.Count == 0) return;
        var second = Verbal(dice.Pick(verbs), depth, subject);
        second.Phrase.Left("cc", Words.Conjunction(dice.Weighted((0.75, "and"), (0.15, "or"), (0.1, "but"))));
        first.Conjuncts.Add(second);
        first.Phrase.Right("conj", second.Phrase);
    }

    private Predicate Verbal(Verb verb, int depth, NounClass subject)
    {
        var phrase = new Phrase(VerbForms.Verb(verb, VerbForm.Infinitive, Agreement.Singular));
        switch (verb.Frame)
        {
            case Frame.Motion:
                if (dice.Chance(0.75))
                    phrase.Right("obl", Prepositional(dice.Pick(Lexicon.Split(Modifiers.Direction)), Set("LO"), Math.Max(0, depth - 1)));
                break;
            case Frame.Transitive:
                phrase.Right("obj", Nominal(verb.Objects, false, depth).Phrase);
                break;
            case Frame.Ditransitive:
                Give(phrase, verb, depth);
                break;
            case Frame.That:
                phrase.Right("ccomp", ThatClause(depth - 1));
                break;
            case Frame.TellThat:
                phrase.Right("iobj", Nominal(verb.Objects, false, 0).Phrase).Right("ccomp", ThatClause(depth - 1));
                break;
            case Frame.Whether:
                phrase.Right("ccomp", IndirectQuestion(depth - 1));
                break;
            case Frame.ToInfinitive:
                phrase.Right("xcomp", Infinitive(subject, depth - 1));
                break;
            case Frame.Gerund:
                phrase.Right("xcomp", NonFinite(MakePredicate(subject, Agreement.Singular, 0, mayBe: 0), VerbForm.Gerund));
                break;
            case Frame.ObjectControl:
                phrase.Right("obj", Nominal(verb.Objects, false, 0).Phrase).Right("xcomp", Infinitive(NounClass.Person, depth - 1));
                break;
            case Frame.Linking:
                phrase.Right("xcomp", AdjectivePhrase(dice.Pick(Predicable(subject)), 0.35));
                break;
            case Frame.Particle:
                phrase.Right("compound:prt", Words.Particle(verb.Particle!));
                break;
            case Frame.ParticleObject:
                Particle(phrase, verb, depth);
                break;
            case Frame.Prepositional:
                phrase.Right("obl", Prepositional(verb.Particle!, verb.Objects, depth - 1 < 0 ? 0 : depth));
                break;
        }
        if (verb.Frame is not (Frame.That or Frame.TellThat or Frame.Whether or Frame.ToInfinitive or Frame.ObjectControl or Frame.Gerund
            or Frame.Linking)) Adjuncts(phrase, verb, depth);
        return new Predicate(phrase, verb);
    }

    private void Give(Phrase phrase, Verb verb, int depth)
    {
        var receiver = Nominal(Set("P"), false, 0);
        var gift = Nominal(verb.Objects, false, depth);
        if (dice.Chance(0.55)) phrase.Right("iobj", receiver.Phrase).Right("obj", gift.Phrase);
        else phrase.Right("obj", gift.Phrase).Right("obl", With("to", receiver));
    }

    private void Particle(Phrase phrase, Verb verb, int depth)
    {
        var particle = Words.Particle(verb.Particle!);
        bool before = dice.Chance(0.35);
        var what = Nominal(verb.Objects, false, before ? depth : 0);
        if (before && !what.IsPronoun) phrase.Right("compound:prt", particle).Right("obj", what.Phrase);
        else phrase.Right("obj", what.Phrase).Right("compound:prt", particle);
    }

    private void Adjuncts(Phrase phrase, Verb verb, int depth)
    {
        bool acts = verb.Subjects.Contains(NounClass.Person);
        if (acts && !verb.Stative && dice.Chance(0.12)) phrase.Right("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Manner))));
        double choice = dice.Below(100);
        if (choice < 17 && verb.Frame != Frame.Motion) phrase.Right("obl", Location(Math.Max(0, depth - 1)));
        else if (choice < 22 && acts) phrase.Right("obl", Prepositional("with", Set("PA"), 0));
        else if (choice < 27) phrase.Right("obl", Prepositional(dice.Pick(["before", "after", "during"]), Set("E"), 0));
        else if (choice < 32) phrase.Right("obl:unmarked", Time());
        else if (choice < 35) phrase.Right("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Closing))));
        else if (choice < 39 && acts && depth > 0 && !verb.Stative) phrase.Right("advcl", Infinitive(NounClass.Person, depth - 1));
    }

    private Phrase Time()
    {
        string unit = dice.Pick(["morning", "evening", "night", "day", "week", "month", "year", "summer", "winter"]);
        var time = new Phrase(new Word(unit, unit, "NOUN", "NN", "Number=Sing"));
        string which = scene.Past ? dice.Pick(["last", "one", "that"]) : dice.Pick(["every", "every", "each"]);
        if (which == "last") return time.Left("amod", new Word("last", "last", "ADJ", "JJ", "Degree=Pos"));
        return which == "one" ? time.Left("nummod", Words.Number("one")) : time.Left("det", Words.Determiner(which, false));
    }

    private Predicate? Passive(NounClass subject, int depth)
    {
        var verbs = Lexicon.ByFrame[Frame.Transitive]
            .Where(v => v.Objects.Contains(subject) && v.Subjects.Contains(NounClass.Person) && !v.Stative).ToList();
        if (verbs.Count == 0) return null;
        var verb = dice.Pick(verbs);
        var phrase = new Phrase(VerbForms.Verb(verb, VerbForm.Passive, Agreement.Singular));
        if (dice.Chance(0.2)) phrase.Right("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Manner))));
        if (dice.Chance(0.5)) phrase.Right("obl:agent", Prepositional("by", verb.Subjects, depth));
        if (dice.Chance(0.2)) phrase.Right("obl", Location(Math.Max(0, depth - 1)));
        return new Predicate(phrase, verb) { IsPassive = true };
    }

    private static List<Adjective> Predicable(NounClass kind) => [.. Lexicon.AdjectivesOf[kind].Where(a => a.Rank <= 2)];

    private Predicate CopularPredicate(NounClass subject, Agreement agreement, int depth)
    {
        bool being = subject is NounClass.Person or NounClass.Animal;
        var kind = dice.Weighted((0.5, Copular.Adjective), (subject == NounClass.Person && agreement.Person == 3 ? 0.2 : 0, Copular.Noun),
            (subject is NounClass.Idea or NounClass.Event ? 0 : 0.24, Copular.Place), (0.12, Copular.Comparison));
        var adjectives = Predicable(subject);
        switch (kind)
        {
            case Copular.Noun:
                var role = scene.Choose(Set("P"), agreement.Plural);
                return new Predicate(Common(role, depth, mentioned: role.Name is not null), null);
            case Copular.Place:
                return new Predicate(Location(depth), null);
            case Copular.Comparison when adjectives.Where(a => a.Comparative is not null).ToList() is { Count: > 0 } graded:
                var than = Prepositional("than", Set(being ? "PA" : ((char)subject).ToString()), 0);
                return new Predicate(new Phrase(Words.Comparative(dice.Pick(graded))).Right("obl", than), null);
            default:
                var phrase = AdjectivePhrase(dice.Pick(adjectives), 0.35);
                if (dice.Chance(0.15))
                {
                    var second = new Phrase(Words.Adjective(dice.Pick(adjectives.Where(a => a.Lemma != phrase.Head.Lemma).ToList())));
                    phrase.Right("conj", second.Left("cc", Words.Conjunction(dice.Pick(["and", "but"]))));
                }
                return new Predicate(phrase, null);
        }
    }
}
