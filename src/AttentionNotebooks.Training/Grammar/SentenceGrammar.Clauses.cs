namespace AttentionNotebooks.Training;

/// <summary>Tense, aspect, modality and polarity of a finite clause.</summary>
internal sealed record Shape(bool Past, string? Modal = null, bool Perfect = false, bool Progressive = false, bool Negative = false)
{
    public bool Inverted { get; init; }

    /// <summary>An adverb of the verb's left side.</summary>
    public string? Adverb { get; init; }
}

internal sealed partial class SentenceGrammar
{
    private Shape AnyShape(Predicate predicate)
    {
        bool past = dice.Chance(scene.Past ? 0.88 : 0.1);
        bool stative = predicate.Verb is not { Stative: false };
        string? modal = dice.Chance(0.15) ? dice.Pick(Lexicon.Split(Modifiers.Modals)) : null;
        bool perfect = modal is null && dice.Chance(0.14), negative = dice.Chance(0.13);
        bool act = predicate.Verb is { } v && v.Subjects.Contains(NounClass.Person) && !stative;
        string? adverb = dice.Chance(negative ? 0.08 : predicate.IsPassive ? 0.4 : 0.21)
            ? dice.Pick(Lexicon.Split(act && dice.Chance(predicate.IsPassive ? 0.6 : 0.3) ? Modifiers.Manner : Modifiers.Frequency)
                .Where(a => !negative || a is not ("never" or "rarely" or "still" or "almost")).ToList())
            : null;
        return new Shape(past, modal, perfect, !stative
            && dice.Chance(predicate.IsPassive ? modal is null && !perfect ? 0.08 : 0 : 0.17), negative)
        { Adverb = adverb };
    }

    /// <summary>Gives a predicate its finite verb and its subject.</summary>
    /// <remarks><c>subject</c>: Null where the subject stands elsewhere (an imperative has none).</remarks>
    public static Phrase Finite(Predicate predicate, Phrase? subject, Agreement agreement, Shape shape)
    {
        var auxiliaries = new List<(Word Word, string Relation)>();
        var form = shape.Past ? VerbForm.Past : VerbForm.Present;
        void Add(string lemma, string relation, VerbForm next)
        {
            auxiliaries.Add((VerbForms.Auxiliary(lemma, form, agreement), relation));
            form = next;
        }

        bool simple = shape is { Modal: null, Perfect: false, Progressive: false } && !predicate.IsPassive && predicate.Verb is not null;
        if (shape.Modal is not null)
        {
            auxiliaries.Add((VerbForms.Modal(shape.Modal), "aux"));
            form = VerbForm.Infinitive;
        }
        else if (simple && (shape.Negative || shape.Inverted)) Add("do", "aux", VerbForm.Infinitive);
        if (shape.Perfect) Add("have", "aux", VerbForm.Participle);
        if (shape.Progressive) Add("be", "aux", VerbForm.Progressive);
        if (predicate.IsPassive) Add("be", "aux:pass", VerbForm.Passive);
        if (predicate.Verb is null) Add("be", "cop", VerbForm.Infinitive);
        Inflect(predicate, form, agreement);
        Assemble(predicate, subject, auxiliaries, shape);
        return predicate.Phrase;
    }

    private static void Assemble(Predicate predicate, Phrase? subject, List<(Word Word, string Relation)> auxiliaries, Shape shape)
    {
        var phrase = predicate.Phrase;
        for (int i = auxiliaries.Count - 1; i > 0; i--) phrase.Left(auxiliaries[i].Relation, auxiliaries[i].Word);
        if (shape.Adverb is not null) phrase.Left("advmod", Words.Adverb(shape.Adverb));
        if (shape.Negative) phrase.Left("advmod", Words.Not());
        if (!shape.Inverted && auxiliaries.Count > 0) phrase.Left(auxiliaries[0].Relation, auxiliaries[0].Word);
        if (subject is not null) phrase.Left(predicate.IsPassive ? "nsubj:pass" : "nsubj", subject);
        if (shape.Inverted) phrase.Left(auxiliaries[0].Relation, auxiliaries[0].Word);
    }

    private static void Inflect(Predicate predicate, VerbForm form, Agreement agreement)
    {
        if (predicate.Verb is not null) VerbForms.Set(predicate.Phrase.Head, predicate.Verb, form, agreement);
        foreach (var other in predicate.Conjuncts) Inflect(other, form, agreement);
    }

    /// <summary>A subject and what it does, as a finite clause.</summary>
    private Phrase Clause(int depth, bool inverted = false, Nominal? given = null)
    {
        var subject = given ?? Nominal(SubjectClasses(), true, depth);
        var owner = scene.Owner;
        scene.Owner = subject.Entity;
        var predicate = MakePredicate(subject.Class, subject.Agreement, depth);
        var clause = Finite(predicate, subject.Phrase, subject.Agreement, AnyShape(predicate) with { Inverted = inverted });
        scene.Owner = owner;
        return clause;
    }

    private IReadOnlySet<NounClass> SubjectClasses() =>
        dice.Weighted((0.56, Set("P")), (0.15, Set("A")), (0.08, Set("TC")), (0.05, Set("V")), (0.04, Set("LO")), (0.03, Set("E")),
            (0.02, Set("I")), (0.02, Set("N")), (0.02, Set("F")), (0.02, Set("D")), (0.01, Set("X")));

    private Phrase NonFinite(Predicate predicate, VerbForm form)
    {
        if (predicate.IsPassive)
        {
            predicate.Phrase.Left("aux:pass", VerbForms.Auxiliary("be", form, Agreement.Singular));
            Inflect(predicate, VerbForm.Passive, Agreement.Singular);
        }
        else if (predicate.Verb is null) predicate.Phrase.Left("cop", VerbForms.Auxiliary("be", form, Agreement.Singular));
        else Inflect(predicate, form, Agreement.Singular);
        return predicate.Phrase;
    }

    private Phrase Infinitive(NounClass doer, int depth)
    {
        var phrase = NonFinite(MakePredicate(doer, Agreement.Singular with { Person = 1 }, depth, mayBe: 0.3), VerbForm.Infinitive);
        if (dice.Chance(0.08)) phrase.Left("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Manner))));
        phrase.Left("mark", Words.To());
        return dice.Chance(0.03) ? phrase.Left("advmod", Words.Not()) : phrase;
    }

    private Phrase ThatClause(int depth)
    {
        var clause = Clause(Math.Max(0, depth));
        return dice.Chance(0.62) ? clause.Left("mark", Words.Subordinator("that")) : clause;
    }

    private Phrase IndirectQuestion(int depth)
    {
        var clause = Clause(Math.Max(0, depth));
        return dice.Chance(0.5)
            ? clause.Left("mark", Words.Subordinator(dice.Pick(["whether", "if"])))
            : clause.Left("advmod", Words.QuestionAdverb(dice.Pick(["why", "when", "where", "how"])));
    }

    private Phrase AdverbialClause(int depth, Nominal? subject = null)
    {
        string mark = dice.Pick(Lexicon.Split(Modifiers.Subordinators));
        var clause = Clause(depth, given: subject);
        // "when", "whenever" ask for a time: an adverb; the others are marks.
        return mark is "when" or "whenever" ? clause.Left("advmod", Words.QuestionAdverb(mark, "Rel"))
            : clause.Left("mark", Words.Subordinator(mark));
    }

    private Phrase RelativeClause(Entity antecedent, int depth, bool restrictive)
    {
        bool person = antecedent.Class == NounClass.Person;
        var agreement = new Agreement(antecedent.Plural, 3);
        string relativiser = person ? dice.Weighted((restrictive ? 0.3 : 0, "that"), (0.7, "who"))
            : dice.Weighted((restrictive ? 0.65 : 0, "that"), (0.35, "which"));
        var owner = scene.Owner;
        scene.Owner = antecedent;
        var clause = dice.Weighted((0.46, 's'), (0.36, 'o'), (person ? 0.07 : 0, 'w'),
            (antecedent.Class is NounClass.Place or NounClass.Outdoors ? 0.2 : 0, 'l')) switch
        {
            'o' => ObjectRelative(antecedent, relativiser, depth, restrictive),
            'w' => Whose(depth),
            'l' => Clause(depth).Left("advmod", Words.QuestionAdverb("where", "Rel")),
            _ => null,
        };
        clause ??= SubjectRelative(antecedent, agreement, relativiser, depth);
        scene.Owner = owner;
        return clause;
    }

    private Phrase SubjectRelative(Entity antecedent, Agreement agreement, string relativiser, int depth)
    {
        var predicate = MakePredicate(antecedent.Class, agreement with { Person = 2 }, Math.Max(0, depth));
        return Finite(predicate, new Phrase(Words.Relative(relativiser)), agreement, AnyShape(predicate));
    }

    private Phrase? ObjectRelative(Entity antecedent, string relativiser, int depth, bool restrictive)
    {
        var verbs = Lexicon.ByFrame[Frame.Transitive]
            .Where(v => v.Objects.Contains(antecedent.Class) && v.Subjects.Contains(NounClass.Person)).ToList();
        if (verbs.Count == 0) return null;
        var verb = dice.Pick(verbs);
        var subject = Nominal(verb.Subjects.Contains(NounClass.Animal) ? Set("PA") : Set("P"), true, Math.Max(0, depth));
        var phrase = new Phrase(VerbForms.Verb(verb, VerbForm.Infinitive, Agreement.Singular));
        if (dice.Chance(0.3)) Adjuncts(phrase, verb, 0);
        var predicate = new Predicate(phrase, verb);
        Finite(predicate, subject.Phrase, subject.Agreement, AnyShape(predicate));
        bool bare = restrictive && dice.Chance(0.35);
        return bare ? phrase : phrase.Left("obj", Words.Relative(relativiser));
    }

    private Phrase Whose(int depth)
    {
        var entity = scene.Choose(Set("PATV"));
        scene.Mention(entity);
        var owned = new Phrase(Words.Noun(entity.Noun, entity.Plural));
        Adjectives(owned, entity, dice.Weighted((0.6, 0), (0.4, 1)));
        owned.Left("nmod:poss", Words.Relative("whose"));
        return Clause(Math.Max(0, depth), given: new Nominal(owned, entity, entity.Class, new Agreement(entity.Plural, 3), false));
    }
}
