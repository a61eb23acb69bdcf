namespace AttentionNotebooks.Training;

internal sealed partial class SentenceGrammar
{
    private const int Depth = 2;

    /// <summary>A sentence of any kind.</summary>
    public SentenceTree Sentence()
    {
        scene.NextSentence();
        return dice.Weighted<Func<SentenceTree>>(
            (0.72, Statement), (0.07, YesNoQuestion), (0.035, WhoQuestion), (0.04, ObjectQuestion), (0.05, AdverbQuestion),
                (0.045, ThereIs), (0.02, ItIs), (0.025, Imperative))();
    }

    private SentenceTree Statement()
    {
        double choice = dice.Below(1000);
        Phrase clause;
        var subject = Nominal(SubjectClasses(), true, Depth);
        if (choice < 130)
        {
            // The clause before the main one: who it was about often goes on as a pronoun.
            var before = AdverbialClause(1, subject);
            clause = Clause(1, given: Again(subject));
            clause.Left("advcl", before.Right("punct", Word.Comma()));
        }
        else
        {
            clause = Clause(Depth, given: subject);
            if (choice < 260) clause.Right("advcl", AdverbialClause(1, dice.Chance(0.5) ? Again(subject) : null));
            else if (choice < 370) Continue(clause, subject);
            else if (choice < 430) clause.Left("obl", Location(1).Right("punct", Word.Comma()));
            else if (choice < 490)
                clause.Left("punct", Word.Comma()).Left("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Opening))));
            else if (choice < 510)
                clause.Left("punct", Word.Comma()).Left("discourse", Words.Interjection(dice.Pick(["yes", "well", "oh", "no"])));
            else if (choice < 530) clause.Left("obl:unmarked", Time().Right("punct", Word.Comma()));
            else if (choice < 540) clause.Left("advcl", Infinitive(NounClass.Person, 0).Right("punct", Word.Comma()));
        }
        if (subject.Entity is not null) scene.Topic = subject.Entity;
        return SentenceTree.Of(clause, ".");
    }

    private void Continue(Phrase clause, Nominal subject)
    {
        var next = Clause(1, given: dice.Chance(0.4) ? Again(subject) : null);
        next.Left("cc", Words.Conjunction(dice.Weighted((0.6, "and"), (0.4, "but"))));
        clause.Right("conj", next.Left("punct", Word.Comma()));
    }

    /// <summary>The same person or thing again, or somebody else.</summary>
    private Nominal Again(Nominal before)
    {
        if (before.Entity is { } entity && dice.Chance(0.6)) return PronounFor(entity, true);
        return Nominal(SubjectClasses(), true, 1);
    }

    private SentenceTree YesNoQuestion()
    {
        var clause = Clause(Depth, inverted: true);
        if (dice.Chance(0.12))
            clause.Left("punct", Word.Comma()).Left("vocative", Words.Name(dice.Pick(Lexicon.Split(Nouns.Women + " " + Nouns.Men))));
        return SentenceTree.Of(clause, "?");
    }

    private SentenceTree WhoQuestion()
    {
        if (dice.Chance(0.4))
        {
            var entity = scene.Choose(Set("PPA"), dice.Chance(0.5));
            var which = new Phrase(Words.Noun(entity.Noun, entity.Plural));
            Adjectives(which, entity, dice.Weighted((0.6, 0), (0.4, 1)));
            AddDeterminer(which, "which", entity.Plural);
            return SentenceTree.Of(Clause(Depth, given: new Nominal(which, null, entity.Class, new Agreement(entity.Plural, 3), false)),
                "?");
        }
        return SentenceTree.Of(Clause(Depth, given: new Nominal(new Phrase(Words.Question("who")), null, NounClass.Person,
            Agreement.Singular with { Person = 3 }, true)), "?");
    }

    private SentenceTree ObjectQuestion()
    {
        var verbs = Lexicon.ByFrame[Frame.Transitive].Where(v => v.Subjects.Contains(NounClass.Person)).ToList();
        var verb = dice.Pick(verbs);
        var subject = Nominal(Set("P"), true, Depth);
        var phrase = new Phrase(VerbForms.Verb(verb, VerbForm.Infinitive, Agreement.Singular));
        if (dice.Chance(0.5)) Adjuncts(phrase, verb, 1);
        var predicate = new Predicate(phrase, verb);
        Finite(predicate, subject.Phrase, subject.Agreement, AnyShape(predicate) with { Inverted = true });
        if (dice.Chance(0.5)) phrase.Left("obj", Words.Question(verb.Objects.Contains(NounClass.Person) ? "who" : "what"));
        else
        {
            var entity = scene.Choose(verb.Objects);
            var which = new Phrase(Words.Noun(entity.Noun, entity.Plural));
            if (entity.Plural && dice.Chance(0.5))
            {
                // how many: "how" belongs to "many", and both to the noun.
                which.Left("amod", new Phrase(Words.Quantity("many")).Left("advmod", Words.QuestionAdverb("how")));
            }
            else AddDeterminer(which, "which", entity.Plural);
            phrase.Left("obj", which);
        }
        return SentenceTree.Of(phrase, "?");
    }

    private SentenceTree AdverbQuestion()
    {
        // "How" and "where" ask of deeds; what somebody is has a "why" and a "when".
        var clause = Clause(Depth, inverted: true);
        string[] adverbs = clause.Head.Tag == "VERB" ? ["where", "when", "why", "how"] : ["when", "why"];
        return SentenceTree.Of(clause.Left("advmod", Words.QuestionAdverb(dice.Pick(adverbs))), "?");
    }

    /// <summary>"There is" something: the verb is the root, "there" its expletive.</summary>
    private SentenceTree ThereIs()
    {
        var entity = scene.Choose(Set("PATCDVFN"));
        scene.Mention(entity);
        var what = new Phrase(Words.Noun(entity.Noun, entity.Plural));
        Adjectives(what, entity, dice.Weighted((0.4, 0), (0.4, 1), (0.2, 2)));
        if (!entity.Plural)
            AddDeterminer(what, entity.Noun.Plural is null ? dice.Pick(["some", "no"]) : dice.Pick(["a", "a", "no", "another"]), false);
        else if (dice.Chance(0.3)) what.Left("nummod", Words.Number(dice.Pick(Lexicon.Split(Modifiers.Numbers))));
        else if (dice.Pick(["some", "many", "several", "few", "no"]) is var few && few is "some" or "no") AddDeterminer(what, few, true);
        else what.Left("amod", Words.Quantity(few));
        if (dice.Chance(0.25)) what.Right("acl:relcl", RelativeClause(entity, 0, restrictive: true));
        bool past = scene.Past, question = dice.Chance(0.18);
        string? modal = dice.Chance(0.15) ? dice.Pick(["may", "must", "will"]) : null;
        var form = modal is not null ? VerbForm.Infinitive : past ? VerbForm.Past : VerbForm.Present;
        var be = new Phrase(VerbForms.Auxiliary("be", form, new Agreement(entity.Plural, 3), "VERB"));
        if (question && modal is null) be.Right("expl", Words.There());
        if (!question && dice.Chance(0.15)) be.Right("advmod", Words.Adverb(dice.Pick(["always", "often", "still", "also"])));
        be.Right("nsubj", what);
        if (dice.Chance(0.65)) be.Right("obl", Location(1));
        if (modal is not null)
        {
            if (question) be.Left("expl", Words.There());
            be.Left("aux", VerbForms.Modal(modal));
            if (!question) be.Left("expl", Words.There());
        }
        else if (!question) be.Left("expl", Words.There());
        scene.Topic = entity;
        return SentenceTree.Of(be, question ? "?" : ".");
    }

    /// <summary>"It is good to rest", "It was strange that the dog slept": "it" is an expletive, the clause the subject.</summary>
    private SentenceTree ItIs()
    {
        string what = dice.Pick(["good", "strange", "important", "difficult", "dangerous", "wise", "simple"]);
        var adjective = Lexicon.AllAdjectives.First(a => a.Lemma == what);
        var predicate = new Predicate(AdjectivePhrase(adjective, 0.3), null);
        Finite(predicate, null, Agreement.Singular, AnyShape(predicate));
        predicate.Phrase.Left("expl", Words.Pronoun(3, false, 'n', subject: true));
        predicate.Phrase.Right("csubj", dice.Chance(0.5) ? Infinitive(NounClass.Person, 1)
            : Clause(1).Left("mark", Words.Subordinator("that")));
        return SentenceTree.Of(predicate.Phrase, ".");
    }

    private SentenceTree Imperative()
    {
        var verbs = Lexicon.AllVerbs.Where(v => v.Subjects.Contains(NounClass.Person) && !v.Stative
            && v.Frame is Frame.Transitive or Frame.ParticleObject or Frame.Motion or Frame.Ditransitive or Frame.Prepositional).ToList();
        var predicate = Verbal(dice.Pick(verbs), Depth, NounClass.Person);
        bool negative = dice.Chance(0.25);
        Inflect(predicate, negative ? VerbForm.Infinitive : VerbForm.Imperative, Agreement.Singular);
        if (negative)
        {
            predicate.Phrase.Left("advmod", Words.Not());
            predicate.Phrase.Left("aux", VerbForms.Auxiliary("do", VerbForm.Imperative, Agreement.Singular));
        }
        if (dice.Chance(0.25)) predicate.Phrase.Left("discourse", Words.Interjection("please"));
        return SentenceTree.Of(predicate.Phrase, ".");
    }
}
