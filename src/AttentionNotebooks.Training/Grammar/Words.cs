namespace AttentionNotebooks.Training;

/// <summary>Words that are not verbs, with form and features.</summary>
internal static class Words
{
    public static Word Noun(Noun noun, bool plural) => plural
        ? new Word(noun.Plural!, noun.Singular, "NOUN", "NNS", "Number=Plur")
        : new Word(noun.Singular, noun.Singular, "NOUN", "NN", "Number=Sing");

    public static Word Name(string name) => new(name, name, "PROPN", "NNP", "Number=Sing");

    public static Word Adjective(Adjective adjective) => new(adjective.Lemma, adjective.Lemma, "ADJ", "JJ", "Degree=Pos");

    public static Word Comparative(Adjective adjective) => new(adjective.Comparative!, adjective.Lemma, "ADJ", "JJR", "Degree=Cmp");

    public static Word Superlative(Adjective adjective) => new(adjective.Superlative!, adjective.Lemma, "ADJ", "JJS", "Degree=Sup");

    public static Word Quantity(string lemma) => new(lemma, lemma, "ADJ", "JJ", "Degree=Pos");

    public static Word Adverb(string lemma) => new(lemma, lemma, "ADV", "RB", lemma is "here" or "there" or "then" ? "PronType=Dem" : "_");

    public static Word Not() => new("not", "not", "PART", "RB", "Polarity=Neg");

    public static Word To() => new("to", "to", "PART", "TO");

    public static Word Preposition(string lemma) => new(lemma, lemma, "ADP", "IN");

    public static Word Particle(string lemma) => new(lemma, lemma, "ADP", "RP");

    public static Word Subordinator(string lemma) => new(lemma, lemma, "SCONJ", "IN");

    public static Word Conjunction(string lemma) => new(lemma, lemma, "CCONJ", "CC");

    public static Word Number(string lemma) => new(lemma, lemma, "NUM", "CD", "NumForm=Word|NumType=Card");

    public static Word Interjection(string lemma) => new(lemma, lemma, "INTJ", "UH");

    public static Word There() => new("there", "there", "PRON", "EX");

    public static Word Possessive(bool afterPlural) => new(afterPlural ? "'" : "'s", "'s", "PART", "POS");

    public static Word Relative(string form) => form == "whose"
        ? new Word(form, "whose", "PRON", "WP$", "Poss=Yes|PronType=Rel")
        : new Word(form, form, "PRON", form == "who" ? "WP" : "WDT", "PronType=Rel");

    public static Word Question(string form) => new(form, form, "PRON", "WP", "PronType=Int");

    public static Word QuestionAdverb(string form, string type = "Int") => new(form, form, "ADV", "WRB", $"PronType={type}");

    public static Word Determiner(string form, bool plural) => form switch
    {
        "the" => new Word(form, "the", "DET", "DT", "Definite=Def|PronType=Art"),
        "a" or "an" => new Word(form, "a", "DET", "DT", "Definite=Ind|PronType=Art"),
        "this" or "that" => new Word(form, form, "DET", "DT", "Number=Sing|PronType=Dem"),
        "these" => new Word(form, "this", "DET", "DT", "Number=Plur|PronType=Dem"),
        "those" => new Word(form, "that", "DET", "DT", "Number=Plur|PronType=Dem"),
        "no" => new Word(form, form, "DET", "DT", "PronType=Neg"),
        "every" or "each" or "all" => new Word(form, form, "DET", "DT", "PronType=Tot"),
        "which" => new Word(form, form, "DET", "WDT", "PronType=Int"),
        _ => new Word(form, form, "DET", "DT", "PronType=Ind"),
    };

    /// <summary>A personal pronoun.</summary>
    /// <remarks><c>gender</c>: m, f or n, for the third person singular.</remarks>
    public static Word Pronoun(int person, bool plural, char gender, bool subject)
    {
        var (nominative, accusative) = (person, plural, gender) switch
        {
            (1, false, _) => ("I", "me"),
            (1, true, _) => ("we", "us"),
            (2, _, _) => ("you", "you"),
            (_, true, _) => ("they", "them"),
            (_, _, 'm') => ("he", "him"),
            (_, _, 'f') => ("she", "her"),
            _ => ("it", "it"),
        };
        return new Word(subject ? nominative : accusative, nominative, "PRON", "PRP",
            Features(subject ? "Nom" : "Acc", person, plural, gender, possessive: false));
    }

    public static Word PossessivePronoun(int person, bool plural, char gender)
    {
        string form = (person, plural, gender) switch
        {
            (1, false, _) => "my",
            (1, true, _) => "our",
            (2, _, _) => "your",
            (_, true, _) => "their",
            (_, _, 'm') => "his",
            (_, _, 'f') => "her",
            _ => "its",
        };
        return new Word(form, form, "PRON", "PRP$", Features("Gen", person, plural, gender, possessive: true));
    }

    private static string Features(string letterCase, int person, bool plural, char gender, bool possessive)
    {
        string sex = person == 3 && !plural ? gender switch { 'm' => "Gender=Masc|", 'f' => "Gender=Fem|", _ => "Gender=Neut|" } : "";
        string number = person == 2 ? "" : plural ? "Number=Plur|" : "Number=Sing|";
        return $"Case={letterCase}|{sex}{number}Person={person}|{(possessive ? "Poss=Yes|" : "")}PronType=Prs";
    }
}
