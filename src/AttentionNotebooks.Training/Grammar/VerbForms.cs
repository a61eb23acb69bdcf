namespace AttentionNotebooks.Training;

/// <summary>Number and person, which a finite verb shares with its subject.</summary>
internal readonly record struct Agreement(bool Plural, int Person)
{
    public static readonly Agreement Singular = new(false, 3);

    public bool ThirdSingular => !Plural && Person == 3;

    public Agreement Opposite => new(!Plural, 3);
}

/// <summary>The form that a verb must take in its place.</summary>
internal enum VerbForm
{
    Present,
    Past,
    Infinitive,
    Imperative,
    Progressive,
    Gerund,
    Participle,
    Passive,
}

/// <summary>Verbs and auxiliaries as words, with form and features.</summary>
internal static class VerbForms
{
    public static Word Verb(Verb verb, VerbForm form, Agreement agreement)
    {
        var word = new Word("", verb.Lemma, "VERB", "");
        Set(word, verb, form, agreement);
        return word;
    }

    public static void Set(Word word, Verb verb, VerbForm form, Agreement agreement)
    {
        word.Form = form switch
        {
            VerbForm.Present => agreement.ThirdSingular ? verb.Third : verb.Lemma,
            VerbForm.Past => verb.Past,
            VerbForm.Progressive or VerbForm.Gerund => verb.Ing,
            VerbForm.Participle or VerbForm.Passive => verb.Participle,
            _ => verb.Lemma,
        };
        Mark(word, form, agreement);
    }

    /// <summary>be, have, do, or a modal.</summary>
    public static Word Auxiliary(string lemma, VerbForm form, Agreement a, string tag = "AUX")
    {
        bool present = form == VerbForm.Present;
        string text = (lemma, form) switch
        {
            ("be", VerbForm.Present) => a is { Plural: false, Person: 1 } ? "am" : a.ThirdSingular ? "is" : "are",
            ("be", VerbForm.Past) => !a.Plural && a.Person != 2 ? "was" : "were",
            ("be", VerbForm.Participle) => "been",
            ("be", VerbForm.Progressive or VerbForm.Gerund) => "being",
            ("have", VerbForm.Past or VerbForm.Participle) => "had",
            ("have", VerbForm.Progressive or VerbForm.Gerund) => "having",
            ("do", VerbForm.Past) => "did",
            ("have", _) => present && a.ThirdSingular ? "has" : "have",
            ("do", _) => present && a.ThirdSingular ? "does" : "do",
            _ => lemma,
        };
        var word = new Word(text, lemma, tag, "");
        Mark(word, form, a);
        return word;
    }

    public static Word Modal(string lemma) => new(lemma, lemma, "AUX", "MD", "VerbForm=Fin");

    private static void Mark(Word word, VerbForm form, Agreement a)
    {
        string number = a.Plural ? "Plur" : "Sing";
        (word.FineTag, word.Features) = form switch
        {
            VerbForm.Present => (a.ThirdSingular ? "VBZ" : "VBP", $"Mood=Ind|Number={number}|Person={a.Person}|Tense=Pres|VerbForm=Fin"),
            VerbForm.Past => ("VBD", $"Mood=Ind|Number={number}|Person={a.Person}|Tense=Past|VerbForm=Fin"),
            VerbForm.Infinitive => ("VB", "VerbForm=Inf"),
            VerbForm.Imperative => ("VB", "Mood=Imp|VerbForm=Fin"),
            VerbForm.Progressive => ("VBG", "Tense=Pres|VerbForm=Part"),
            VerbForm.Gerund => ("VBG", "VerbForm=Ger"),
            VerbForm.Participle => ("VBN", "Tense=Past|VerbForm=Part"),
            _ => ("VBN", "Tense=Past|VerbForm=Part|Voice=Pass"),
        };
    }
}
