namespace AttentionNotebooks.Training;

/// <summary>Adjectives, adverbs, prepositions and the small words.</summary>
internal static class Modifiers
{
    /// <summary>Rank (the place among several adjectives, from the left) | classes | adjectives; <c>good=better=best</c>, and
    /// <c>useful*</c> has no comparative of its own.</summary>
    public const string Adjectives = """
        1 | P    | kind honest* famous* clever lazy polite* brave proud strange nervous* cheerful* patient* lonely* rude wise friendly*
        1 | A    | clever wild hungry lazy timid* gentle* fierce
        1 | F    | delicious* fresh sweet warm cold bitter* salty simple
        1 | TCX  | useful* beautiful* cheap expensive* strange broken* heavy light dirty clean
        1 | V    | fast slow expensive* beautiful* noisy modern*
        1 | LO   | quiet beautiful* dark famous* empty* strange busy peaceful* crowded*
        1 | D    | interesting* short long secret* strange boring* famous* careful*
        1 | N    | beautiful* wild rare dry
        1 | E    | wonderful* terrible* long short strange important* famous*
        1 | I    | good=better=best bad=worse=worst strange important* simple difficult* dangerous*
        2 | PATCVLONX | big small tall* large tiny
        2 | P    | young old thin strong tired* angry happy sad hungry
        2 | A    | thin strong fat tired* young
        3 | TCVLDX | old new
        4 | AT   | black white brown grey*
        4 | TCVX | red blue green* yellow* wooden*
        4 | LX   | wooden* stone* white
        4 | F    | red* green*
        """;

    /// <summary>What somebody or something can be said to be, beside the adjectives of its class.</summary>
    public const string Manner =
        "quickly slowly quietly carefully happily sadly loudly angrily gently calmly eagerly proudly politely patiently suddenly secretly "
        + "bravely nervously gladly gracefully";

    public const string Frequency = "always often never usually sometimes rarely still already also finally really probably certainly";

    public const string Degree = "very quite rather too so really extremely fairly";

    public const string Opening =
        "luckily sadly sometimes then later soon afterwards finally suddenly meanwhile eventually unfortunately however";

    public const string Closing = "again here there soon early late together alone outside everywhere upstairs nearby once twice";

    /// <summary>Classes of the place | prepositions of place that go with them.</summary>
    public const string Location = """
        L | in near behind outside inside
        O | on near beside
        TX | near beside under behind on
        C | in near behind on under
        V | in near behind beside
        N | under near behind beside
        PA | near behind beside
        """;

    public const string Direction = "to into towards through across around from past";

    public const string Subordinators = "because when while although before after if since until unless though whenever";

    public const string Modals = "will can may should would could might must";

    public const string Numbers = "two three four five six seven eight nine ten twelve";

    public const string Particles = "up down away out back over off";
}
