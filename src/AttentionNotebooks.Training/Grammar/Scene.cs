namespace AttentionNotebooks.Training;

/// <summary>Somebody or something that a text speaks of.</summary>
/// <remarks><c>Name</c>: Given name of a person; null for all that is called by its noun. <c>Gender</c>: m, f, or n.</remarks>
internal sealed record Entity(Noun Noun, bool Plural, string? Name, string? Surname, char Gender)
{
    public NounClass Class => Noun.Class;
}

/// <summary>What a text has spoken of so far; it lives as long as the text.</summary>
internal sealed class Scene
{
    private readonly Dice _dice;
    private readonly List<Entity> _cast = [];
    private readonly HashSet<Entity> _told = [];
    private readonly HashSet<Noun> _here = [];
    private readonly double _loyalty;

    /// <summary>A new text in one of the worlds.</summary>
    /// <remarks><c>dice</c>: Decides. <c>loyalty</c>: How often a noun is one that was there before.</remarks>
    public Scene(Dice dice, double loyalty)
    {
        _dice = dice;
        _loyalty = loyalty;
        World = dice.Pick(Lexicon.Worlds);
        Past = dice.Chance(0.6);
    }

    public string World { get; }

    /// <summary>Whether it is in the past tense.</summary>
    public bool Past { get; }

    /// <summary>The subject of the sentence before: what a pronoun can stand for.</summary>
    public Entity? Topic { get; set; }

    /// <summary>The subject of the clause that is being made: whose "his" and "her" it is.</summary>
    public Entity? Owner { get; set; }

    public void NextSentence()
    {
        _here.Clear();
        Owner = null;
    }

    public bool WasTold(Entity entity) => _told.Contains(entity);

    public void Tell(Entity entity)
    {
        _told.Add(entity);
        _here.Add(entity.Noun);
    }

    /// <summary>Whether the sentence has the noun already.</summary>
    public bool IsHere(Entity entity) => _here.Contains(entity.Noun);

    /// <summary>Somebody or something of one of the classes, not yet in this sentence.</summary>
    public Entity Choose(IReadOnlySet<NounClass> classes, bool? plural = null)
    {
        bool Fits(Entity e) => classes.Contains(e.Class) && !_here.Contains(e.Noun) && (plural is null || e.Plural == plural);
        var known = _cast.Where(Fits).ToList();
        var entity = known.Count > 0 && _dice.Chance(_loyalty) ? _dice.Pick(known) : Invent(classes, plural);
        _here.Add(entity.Noun);
        return entity;
    }

    private Entity Invent(IReadOnlySet<NounClass> classes, bool? plural)
    {
        // Mostly the world's own, sometimes what is found anywhere, and of another world only what this one lacks.
        bool atHome = _dice.Chance(0.75);
        var all = Lexicon.AllNouns.Where(n => classes.Contains(n.Class) && !_here.Contains(n) && (plural != true || n.Plural is not null))
            .ToList();
        var near = all.Where(n => n.World == World || (!atHome && n.World == Lexicon.Anywhere)).ToList();
        var noun = _dice.Pick(near.Count > 2 ? near : all);
        bool many = noun.Plural is not null && (plural ?? _dice.Chance(0.42));
        char gender = noun.Class != NounClass.Person ? 'n' : noun.Gender != '-' ? noun.Gender : _dice.Chance(0.5) ? 'm' : 'f';
        string? name = noun.Class == NounClass.Person && !many && _dice.Chance(0.22)
            ? _dice.Pick(Lexicon.Split(gender == 'm' ? Nouns.Men : Nouns.Women)) : null;
        string? surname = name is not null && _dice.Chance(0.2) ? _dice.Pick(Lexicon.Split(Nouns.Surnames)) : null;
        var entity = new Entity(noun, many, name, surname, gender);
        _cast.Add(entity);
        return entity;
    }
}
