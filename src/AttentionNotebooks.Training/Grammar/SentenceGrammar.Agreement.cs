namespace AttentionNotebooks.Training;

/// <summary>What stands between a subject and its verb.</summary>
internal enum Between
{
    /// <summary>Nothing, or an adverb: "The keeper often waits."</summary>
    Plain,

    /// <summary>Prepositional phrases: "The keeper near the boats waits."</summary>
    Prepositional,

    /// <summary>"The keeper who saw the boats waits."</summary>
    SubjectRelative,

    /// <summary>"The keeper that the sailors saw waits."</summary>
    ObjectRelative,

    /// <summary>"The keeper and the sailor wait": singular nouns, plural subject.</summary>
    Coordination,
}

/// <summary>A sentence whose finite verb must agree over what lies between.</summary>
/// <remarks><c>Target</c>: the verb, in its right form. <c>Wrong</c>: its form for the other number.</remarks>
internal sealed record AgreementSentence(SentenceTree Tree, Word Target, string Wrong, bool Plural, Between Construction);

internal sealed partial class SentenceGrammar
{
    // Frequent verbs, whose forms a vocabulary of some thousand pieces holds whole.
    private static readonly string[] AgreeingVerbs =
        ["sleep", "wait", "work", "smile", "run", "walk", "come", "go", "like", "love", "see", "hear", "watch", "know", "need", "help",
            "find", "leave", "return", "rest", "stop", "fall"];

    /// <summary>A sentence with so many nouns between subject and verb.</summary>
    /// <param name="between">The number (plural or not) of each noun between them, from the left.</param>
    /// <param name="construction">Where those nouns stand; a coordination takes singular nouns only.</param>
    /// <param name="plural">The subject's number.</param>
    public AgreementSentence AgreementOver(IReadOnlyList<bool> between, Between construction, bool plural)
    {
        scene.NextSentence();
        var entity = Countable(construction is Between.Plain or Between.Prepositional or Between.ObjectRelative ? "PPPAATV"
            : "PPA", construction != Between.Coordination && plural);
        var subject = Plain(entity);
        switch (construction)
        {
            case Between.Coordination:
                for (int i = 0; i < between.Count; i++)
                {
                    var next = Plain(Countable(((char)entity.Class).ToString(), between[i]));
                    if (i == between.Count - 1) next.Left("cc", Words.Conjunction("and"));
                    else next.Left("punct", Word.Comma());
                    subject.Right("conj", next);
                }
                break;
            case Between.SubjectRelative:
                subject.Right("acl:relcl", Relative(entity, between, objectGap: false));
                break;
            case Between.ObjectRelative:
                subject.Right("acl:relcl", Relative(entity, between, objectGap: true));
                break;
            default:
                AttachChain(subject, between, 0);
                break;
        }
        return Agreeing(subject, entity.Class, plural, construction);
    }

    private AgreementSentence Agreeing(Phrase subject, NounClass kind, bool plural, Between construction)
    {
        var agreement = new Agreement(plural, 3);
        var (right, target) = Agreed(kind, agreement, out string wrong);
        var clause = right.Left("nsubj", subject);
        if (dice.Chance(0.25)) clause.Left("punct", Word.Comma()).Left("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Opening))));
        else if (dice.Chance(0.2))
        {
            bool we = dice.Chance(0.5);
            var think = new Phrase(VerbForms.Verb(Lexicon.ByFrame[Frame.That].First(v => v.Lemma == "think"), VerbForm.Present,
                new Agreement(we, 1)));
            clause = think.Left("nsubj", Words.Pronoun(1, we, 'n', subject: true))
                .Right("ccomp", clause.Left("mark", Words.Subordinator("that")));
        }
        return new AgreementSentence(SentenceTree.Of(clause, "."), target, wrong, plural, construction);
    }

    /// <summary>A predicate whose first word shows number, and that word for the other number.</summary>
    private (Phrase Predicate, Word Target) Agreed(NounClass kind, Agreement agreement, out string wrong)
    {
        string? adverb = dice.Chance(0.25) ? dice.Pick(["always", "often", "still", "certainly", "really"]) : null;
        bool past = dice.Chance(0.5);
        int choice = dice.Below(kind is NounClass.Person or NounClass.Animal ? 10 : 5);
        Word target;
        if (choice < 4)
        {
            var be = past ? VerbForm.Past : VerbForm.Present;
            target = VerbForms.Auxiliary("be", be, agreement);
            wrong = VerbForms.Auxiliary("be", be, agreement.Opposite).Form;
            var adjective = AdjectivePhrase(dice.Pick(Predicable(kind)), 0.3);
            if (adverb is not null) adjective.Left("advmod", Words.Adverb(adverb));
            return (adjective.Left("cop", target), target);
        }
        var verb = dice.Pick(Lexicon.AllVerbs.Where(v => AgreeingVerbs.Contains(v.Lemma) && v.Subjects.Contains(kind)
            && v.Frame is Frame.Intransitive or Frame.Motion or Frame.Transitive).ToList());
        if (choice < 7)
        {
            target = VerbForms.Auxiliary("have", VerbForm.Present, agreement);
            wrong = VerbForms.Auxiliary("have", VerbForm.Present, agreement.Opposite).Form;
            var phrase = new Phrase(VerbForms.Verb(verb, VerbForm.Participle, agreement));
            if (adverb is not null) phrase.Left("advmod", Words.Adverb(adverb));
            return (Complete(phrase, verb).Left("aux", target), target);
        }
        target = VerbForms.Verb(verb, VerbForm.Present, agreement);
        wrong = VerbForms.Verb(verb, VerbForm.Present, agreement.Opposite).Form;
        var simple = new Phrase(target);
        if (adverb is not null) simple.Left("advmod", Words.Adverb(adverb));
        return (Complete(simple, verb), target);
    }

    private Phrase Complete(Phrase phrase, Verb verb)
    {
        if (verb.Frame == Frame.Transitive) phrase.Right("obj", Plain(scene.Choose(verb.Objects)));
        else if (dice.Chance(0.6)) phrase.Right("obl", PlainPlace(dice.Chance(0.4)));
        return phrase;
    }

    private Phrase Relative(Entity antecedent, IReadOnlyList<bool> between, bool objectGap)
    {
        var verbs = Lexicon.ByFrame[Frame.Transitive].Where(v => v.Subjects.Contains(NounClass.Person) && (objectGap
            ? v.Objects.Contains(antecedent.Class)
            : v.Subjects.Contains(antecedent.Class) && v.Objects.Contains(NounClass.Animal))).ToList();
        var verb = dice.Pick(verbs);
        bool perfect = dice.Chance(0.3);
        // Past and perfect with "had" look the same for both numbers: they do not show the subject's.
        var phrase = new Phrase(VerbForms.Verb(verb, perfect ? VerbForm.Participle
            : VerbForm.Past, new Agreement(objectGap ? between.Count > 0 && between[0] : antecedent.Plural, 3)));
        var relativiser = new Phrase(Words.Relative(antecedent.Class == NounClass.Person ? dice.Pick(["who", "who", "that"])
            : dice.Pick(["that", "which"])));
        if (perfect)
            phrase.Left("aux", VerbForms.Auxiliary("have", VerbForm.Past,
                new Agreement(objectGap ? between.Count > 0 && between[0] : antecedent.Plural, 3)));
        if (!objectGap)
        {
            var seen = between.Count > 0 ? Plain(Countable(string.Concat(verb.Objects.Select(o => (char)o)), between[0]))
                : new Phrase(Words.Pronoun(3, true, 'n', subject: false));
            phrase.Right("obj", seen).Left("nsubj", relativiser);
            if (between.Count > 1) AttachChain(phrase, between, 1, "obl");
            return phrase;
        }
        var subject = between.Count > 0 ? Plain(Countable("P", between[0]))
            : new Phrase(Words.Pronoun(3, dice.Chance(0.5), 'm', subject: true));
        phrase.Left("nsubj", subject);
        if (between.Count > 1) AttachChain(phrase, between, 1, "obl");
        return dice.Chance(0.3) ? phrase : phrase.Left("obj", relativiser);
    }

    /// <summary>Phrases that depend on each other: near the boats behind the tower.</summary>
    private void AttachChain(Phrase phrase, IReadOnlyList<bool> numbers, int from, string relation = "nmod")
    {
        if (from >= numbers.Count) return;
        var place = PlainPlace(numbers[from]);
        AttachChain(place, numbers, from + 1);
        phrase.Right(relation, place);
    }

    private Phrase PlainPlace(bool plural)
    {
        var place = Countable("LOLOTC", plural);
        return Plain(place).Left("case", Words.Preposition(dice.Pick(Lexicon.PlacePrepositions[place.Class].ToList())));
    }

    /// <summary>Something whose two numbers differ, called by its noun.</summary>
    private Entity Countable(string classes, bool plural)
    {
        var kind = Set(dice.Pick(classes.ToList()).ToString());
        for (; ; )
        {
            var entity = scene.Choose(kind, plural);
            if (entity.Noun.Plural is { } many && many != entity.Noun.Singular && entity.Name is null) return entity;
        }
    }

    /// <summary>A noun with a determiner that is the same for both numbers, and up to two adjectives.</summary>
    private Phrase Plain(Entity entity)
    {
        if (entity.Name is not null) return new Phrase(Words.Name(entity.Name));
        var noun = new Phrase(Words.Noun(entity.Noun, entity.Plural));
        Adjectives(noun, entity, dice.Weighted((0.6, 0), (0.3, 1), (0.1, 2)));
        return dice.Chance(0.75)
            ? noun.Left("det", Words.Determiner("the", entity.Plural))
            : noun.Left("nmod:poss", Words.PossessivePronoun(dice.Pick([1, 3]), dice.Chance(0.4), dice.Pick(['m', 'f'])));
    }
}
