namespace AttentionNotebooks.Training;

/// <summary>A word on its way into a sentence: form and features are settled when its clause is.</summary>
internal sealed class Word(string form, string lemma, string tag, string fineTag, string features = "_")
{
    public string Form { get; set; } = form;

    public string Lemma { get; } = lemma;

    /// <summary>Universal part of speech.</summary>
    public string Tag { get; } = tag;

    /// <summary>Penn Treebank part of speech.</summary>
    public string FineTag { get; set; } = fineTag;

    /// <summary>Morphological features as CoNLL-U writes them.</summary>
    public string Features { get; set; } = features;

    public Word? Head { get; private set; }

    public string Relation { get; private set; } = "root";

    /// <summary>Written without a space before it.</summary>
    public bool Glued => Tag == "PUNCT" || FineTag == "POS";

    public void DependOn(Word head, string relation) => (Head, Relation) = (head, relation);

    public bool Has(string feature) => ('|' + Features + '|').Contains('|' + feature + '|', StringComparison.Ordinal);

    public static Word Comma() => new(",", ",", "PUNCT", ",");

    public static Word Stop(string mark) => new(mark, mark, "PUNCT", ".");
}
