namespace AttentionNotebooks.Training;

/// <summary>A noun phrase with what its clause must know.</summary>
/// <remarks><c>Entity</c>: Null for coordinations and for persons of the conversation.</remarks>
internal sealed record Nominal(Phrase Phrase, Entity? Entity, NounClass Class, Agreement Agreement, bool IsPronoun);

/// <summary>The rules, which draw from the lexicon what a scene needs.</summary>
internal sealed partial class SentenceGrammar(Dice dice, Scene scene)
{
    private static readonly Dictionary<string, IReadOnlySet<NounClass>> Sets = [];

    private static IReadOnlySet<NounClass> Set(string letters)
    {
        lock (Sets)
        {
            if (!Sets.TryGetValue(letters, out var set)) Sets[letters] = set = letters.Select(l => (NounClass)l).ToHashSet();
            return set;
        }
    }

    /// <summary>A noun phrase of one of the classes.</summary>
    /// <remarks><c>subject</c>: In the nominative. <c>depth</c>: How many clauses and phrases may still nest in it.</remarks>
    private Nominal Nominal(IReadOnlySet<NounClass> classes, bool subject, int depth, bool? plural = null)
    {
        if (scene.Topic is { } topic && classes.Contains(topic.Class) && !scene.IsHere(topic) && (plural is null || topic.Plural == plural)
            && dice.Chance(subject ? 0.5 : 0.25))
            return PronounFor(topic, subject);
        if (plural is null && classes.Contains(NounClass.Person) && dice.Chance(subject ? 0.1 : 0.05)) return Speaker(subject);
        if (plural is null && classes.Contains(NounClass.Person) && dice.Chance(0.025)) return Somebody();
        if (plural != false && depth > 0 && dice.Chance(0.11)) return Coordination(classes, depth - 1);
        return Describe(scene.Choose(classes, plural), depth);
    }

    private Nominal PronounFor(Entity entity, bool subject)
    {
        scene.Mention(entity);
        return new Nominal(new Phrase(Words.Pronoun(3, entity.Plural, entity.Gender, subject)), entity, entity.Class,
            new Agreement(entity.Plural, 3), true);
    }

    private Nominal Speaker(bool subject)
    {
        int person = dice.Weighted((0.6, 1), (0.4, 2));
        bool plural = person == 1 && dice.Chance(0.45);
        return new Nominal(new Phrase(Words.Pronoun(person, plural, 'n', subject)), null, NounClass.Person, new Agreement(plural, person),
            true);
    }

    private Nominal Somebody()
    {
        string form = dice.Pick(["somebody", "nobody", "everybody", "someone", "everyone"]);
        string type = form[0] switch { 'n' => "Neg", 'e' => "Tot", _ => "Ind" };
        return new Nominal(new Phrase(new Word(form, form, "PRON", "NN", $"Number=Sing|PronType={type}")), null, NounClass.Person,
            Agreement.Singular, true);
    }

    private Nominal Coordination(IReadOnlySet<NounClass> classes, int depth)
    {
        var first = Describe(scene.Choose(classes), Math.Min(depth, 1));
        int more = dice.Chance(0.22) ? 2 : 1;
        for (int i = 1; i <= more; i++)
        {
            var next = Describe(scene.Choose(Set(((char)first.Class).ToString())), Math.Min(depth, 1));
            if (i == more) next.Phrase.Left("cc", Words.Conjunction("and"));
            if (more > 1) next.Phrase.Left("punct", Word.Comma());
            first.Phrase.Right("conj", next.Phrase);
        }
        return first with { Entity = null, Agreement = new Agreement(true, 3) };
    }

    /// <summary>An entity in full words.</summary>
    private Nominal Describe(Entity entity, int depth)
    {
        bool mentioned = scene.WasMentioned(entity);
        scene.Mention(entity);
        var phrase = entity.Name is null ? Common(entity, depth, mentioned) : Named(entity, depth, mentioned);
        return new Nominal(phrase, entity, entity.Class, new Agreement(entity.Plural, 3), false);
    }

    private Phrase Named(Entity entity, int depth, bool mentioned)
    {
        var name = new Phrase(Words.Name(entity.Name!));
        if (mentioned || depth == 0) return name;
        if (entity.Surname is not null) name.Right("flat", Words.Name(entity.Surname));
        if (dice.Chance(0.3))
        {
            var what = new Phrase(Words.Noun(entity.Noun, false));
            Adjectives(what, entity, dice.Weighted((0.55, 0), (0.35, 1), (0.1, 2)));
            AddDeterminer(what, dice.Pick(["the", "a", "the"]), false);
            name.Right("appos", Bracketed(what));
        }
        else if (dice.Chance(0.15)) name.Right("acl:relcl", Bracketed(RelativeClause(entity, depth - 1, restrictive: false)));
        return name;
    }

    private static Phrase Bracketed(Phrase phrase) => phrase.Left("punct", Word.Comma()).Right("punct", Word.Comma());

    private Phrase Common(Entity entity, int depth, bool mentioned)
    {
        var noun = new Phrase(Words.Noun(entity.Noun, entity.Plural));
        if (!mentioned && dice.Chance(0.13)) AddCompound(noun, entity);
        if (!mentioned || dice.Chance(0.25)) Adjectives(noun, entity, dice.Weighted((0.58, 0), (0.24, 1), (0.13, 2), (0.05, 3)));
        bool counted = entity.Plural && dice.Chance(0.18);
        if (counted) noun.Left("nummod", Words.Number(dice.Pick(Lexicon.Split(Modifiers.Numbers))));
        Determine(noun, entity, depth, mentioned, counted);
        if (depth > 0 && !mentioned)
        {
            double choice = dice.Below(100);
            if (choice < 19) AttachPhrase(noun, entity, depth - 1);
            else if (choice < 31) noun.Right("acl:relcl", RelativeClause(entity, depth - 1, restrictive: true));
            else if (choice < 35) Participial(noun, entity, depth - 1);
        }
        return noun;
    }

    private void AddCompound(Phrase noun, Entity entity)
    {
        if (!Set("TCDVX").Contains(entity.Class)) return;
        var places = Lexicon.AllNouns.Where(n => n.Class == NounClass.Place && (n.World == scene.World || n.World == Lexicon.Anywhere)
            && n != entity.Noun).ToList();
        noun.Left("compound", Words.Noun(dice.Pick(places), false));
        // The village kitchen table: a kitchen table of the village.
        if (dice.Chance(0.35))
            noun.Left("compound", Words.Noun(dice.Pick(places.Where(p => p.Singular != noun.Words.First().Form).ToList()), false));
    }

    private void Adjectives(Phrase noun, Entity entity, int count)
    {
        var free = Lexicon.AdjectivesOf[entity.Class].ToList();
        var chosen = new List<Adjective>();
        for (int i = 0; i < count; i++)
        {
            var open = free.Where(a => chosen.All(c => c.Lemma != a.Lemma && (a.Rank == 1 || c.Rank != a.Rank))).ToList();
            if (open.Count > 0) chosen.Add(dice.Pick(open));
        }
        foreach (var adjective in chosen.OrderByDescending(a => a.Rank)) noun.Left("amod", AdjectivePhrase(adjective, 0.05));
    }

    private Phrase AdjectivePhrase(Adjective adjective, double graded)
    {
        var phrase = new Phrase(Words.Adjective(adjective));
        if (adjective.Rank < 4 && dice.Chance(graded))
            phrase.Left("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Degree).Where(d => d is not ("too" or "so")).ToList())));
        return phrase;
    }

    private void Determine(Phrase noun, Entity entity, int depth, bool mentioned, bool counted)
    {
        bool mass = entity.Noun.Plural is null, plural = entity.Plural;
        string kind = mentioned
            ? dice.Weighted((0.72, "the"), (0.1, "this"), (0.18, "his"))
            : plural
            ? dice.Weighted((0.36, "the"), (0.17, ""), (0.12, "his"), (0.1, "'s"), (0.09, "this"), (counted ? 0 : 0.16, "some"))
            : mass
            ? dice.Weighted((0.5, "the"), (0.2, ""), (0.15, "his"), (0.1, "this"), (0.05, "no"))
            : dice.Weighted((0.41, "the"), (0.24, "a"), (0.13, "his"), (0.09, "'s"), (0.07, "this"), (0.06, "some"));
        switch (kind)
        {
            case "": break;
            case "his": noun.Left("nmod:poss", Owner()); break;
            case "'s" when depth > 0: noun.Left("nmod:poss", Genitive(depth - 1)); break;
            case "this": AddDeterminer(noun, plural ? dice.Pick(["these", "those"]) : dice.Pick(["this", "that"]), plural); break;
            case "some" when plural: Quantify(noun); break;
            case "some": AddDeterminer(noun, dice.Pick(["every", "each", "another"]), false); break;
            case "a" or "no": AddDeterminer(noun, kind, plural); break;
            default: AddDeterminer(noun, "the", plural); break;
        }
    }

    private void Quantify(Phrase noun)
    {
        string word = dice.Pick(["some", "many", "several", "few", "all", "most", "some", "many"]);
        if (word is "many" or "several" or "few" or "most") noun.Left("amod", Words.Quantity(word));
        else AddDeterminer(noun, word, true);
    }

    private static void AddDeterminer(Phrase noun, string form, bool plural) =>
        noun.Left("det", Words.Determiner(form == "a" ? Inflection.Article(noun.Words.First().Form) : form, plural));

    private Word Owner()
    {
        if (scene.Owner is { } owner && dice.Chance(0.75)) return Words.PossessivePronoun(3, owner.Plural, owner.Gender);
        int person = dice.Weighted((0.4, 1), (0.15, 2), (0.45, 3));
        return Words.PossessivePronoun(person, dice.Chance(0.4), dice.Pick(['m', 'f']));
    }

    private Phrase Genitive(int depth)
    {
        var owner = Describe(scene.Choose(Set("PPA")), 0);
        var words = owner.Phrase.Words.ToList();
        return owner.Phrase.Right("case", Words.Possessive(owner.Agreement.Plural && words[^1].Form.EndsWith('s')));
    }

    /// <summary>A prepositional phrase that says which one.</summary>
    private void AttachPhrase(Phrase noun, Entity entity, int depth)
    {
        switch (entity.Class)
        {
            case NounClass.Part:
                noun.Right("nmod", Prepositional("of", Set("LVC"), depth));
                break;
            case NounClass.Container when dice.Chance(0.4):
                noun.Right("nmod", With("of", Describe(scene.Choose(Set("F"), true), 0)));
                break;
            case NounClass.Document or NounClass.Idea:
                noun.Right("nmod", Prepositional(dice.Pick(["about", "about", "from"]), Set("PA"), depth));
                break;
            case NounClass.Event:
                noun.Right("nmod", Prepositional(dice.Pick(["at", "near"]), Set("LO"), depth));
                break;
            case NounClass.Person or NounClass.Animal when dice.Chance(0.35):
                noun.Right("nmod", Prepositional("with", Set("TC"), depth));
                break;
            case NounClass.Person or NounClass.Animal when dice.Chance(0.3):
                noun.Right("nmod", Prepositional("from", Set("LO"), depth));
                break;
            default:
                noun.Right("nmod", Location(depth));
                break;
        }
    }

    private Phrase Location(int depth)
    {
        var where = Nominal(dice.Chance(0.6) ? Set("LO") : Set("LOTCVN"), false, depth);
        return With(dice.Pick(Lexicon.PlacePrepositions[where.Class].ToList()), where);
    }

    private Phrase Prepositional(string preposition, IReadOnlySet<NounClass> classes, int depth) =>
        With(preposition, Nominal(classes, false, depth));

    private static Phrase With(string preposition, Nominal noun) => noun.Phrase.Left("case", Words.Preposition(preposition));

    private void Participial(Phrase noun, Entity entity, int depth)
    {
        var verbs = Lexicon.ByFrame[Frame.Transitive]
            .Where(v => v.Objects.Contains(entity.Class) && v.Subjects.Contains(NounClass.Person) && !v.Stative).ToList();
        if (verbs.Count == 0) return;
        var verb = new Phrase(VerbForms.Verb(dice.Pick(verbs), VerbForm.Passive, Agreement.Singular));
        if (dice.Chance(0.4)) noun.Right("nmod", Location(0));
        if (dice.Chance(0.3)) verb.Left("advmod", Words.Adverb(dice.Pick(Lexicon.Split(Modifiers.Manner))));
        noun.Right("acl", verb.Right("obl:agent", Prepositional("by", Set("P"), depth)));
    }
}
