namespace AttentionNotebooks.Training;

/// <summary>The tables of words, read once.</summary>
internal static class Lexicon
{
    public const string Anywhere = "anywhere";

    public static IReadOnlyList<Noun> AllNouns { get; } = [.. ReadNouns()];

    public static IReadOnlyList<string> Worlds { get; } = [.. AllNouns.Select(n => n.World).Where(w => w != Anywhere).Distinct()];

    public static IReadOnlyList<Verb> AllVerbs { get; } = [.. ReadVerbs()];

    public static ILookup<Frame, Verb> ByFrame { get; } = AllVerbs.ToLookup(v => v.Frame);

    public static IReadOnlyList<Adjective> AllAdjectives { get; } = [.. ReadAdjectives()];

    public static ILookup<NounClass, Adjective> AdjectivesOf { get; } = AllAdjectives.SelectMany(a => a.Classes.Select(c => (c, a)))
        .ToLookup(p => p.c, p => p.a);

    public static ILookup<NounClass, string> PlacePrepositions { get; } = Rows(Modifiers.Location, 2)
        .SelectMany(r => Classes(r[0]).SelectMany(c => Split(r[1]).Select(p => (c, p)))).ToLookup(p => p.c, p => p.p);

    public static IReadOnlyList<string> Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<Noun> ReadNouns()
    {
        string world = "";
        foreach (string line in Lines(Nouns.Table))
        {
            int colon = line.IndexOf(':');
            if (colon < 0) world = line;
            else
                foreach (string word in Split(line[(colon + 1)..])) yield return ReadNoun(word, (NounClass)line[0], world);
        }
    }

    private static Noun ReadNoun(string word, NounClass kind, string world)
    {
        char gender = word[^2] == '/' ? word[^1] : '-';
        string[] forms = (gender == '-' ? word : word[..^2]).Split('=');
        string singular = forms[0].TrimEnd('~');
        return new Noun(singular, forms[0] != singular ? null : forms.Length > 1 ? forms[1] : Inflection.S(singular), kind, gender, world);
    }

    private static IEnumerable<Verb> ReadVerbs() =>
        from row in Rows(Verbs.Table, 4)
        from word in Split(row[3])
        select ReadVerb(word, Enum.Parse<Frame>(row[0]), Classes(row[1]), Classes(row[2]));

    private static Verb ReadVerb(string word, Frame frame, IReadOnlySet<NounClass> subjects, IReadOnlySet<NounClass> objects)
    {
        string[] parts = word.Split('+', '@');
        string[] forms = parts[0].Replace("!", "").Replace("_", "").Split('=');
        string past = forms.Length > 1 ? forms[1] : Inflection.Ed(forms[0]);
        return new Verb(forms[0], past, forms.Length > 2 ? forms[2] : past, frame, subjects, objects, parts.Length > 1 ? parts[1]
            : null, parts[0].Contains('!'), parts[0].Contains('_'));
    }

    private static IEnumerable<Adjective> ReadAdjectives() =>
        from row in Rows(Modifiers.Adjectives, 3)
        from word in Split(row[2])
        select ReadAdjective(word, row[0][0] - '0', Classes(row[1]));

    private static Adjective ReadAdjective(string word, int rank, IReadOnlySet<NounClass> classes)
    {
        string[] forms = word.TrimEnd('*').Split('=');
        if (word.EndsWith('*')) return new Adjective(forms[0], rank, classes, null, null);
        return forms.Length > 1
            ? new Adjective(forms[0], rank, classes, forms[1], forms[2])
            : new Adjective(forms[0], rank, classes, Inflection.Er(forms[0]), Inflection.Est(forms[0]));
    }

    private static HashSet<NounClass> Classes(string letters) => [.. letters.Select(l => (NounClass)l)];

    private static IEnumerable<string[]> Rows(string table, int columns) =>
        Lines(table).Select(l => l.Split('|', columns, StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Lines(string table) => table.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0);
}
