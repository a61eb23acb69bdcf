namespace AttentionNotebooks.Tests.Functions;

/// <summary>
/// What the notebook that Clark et al. 2019 released with their code had saved as its output (github.com/clarkkev/attention-analysis,
/// Syntax_Analysis.ipynb), for whoever has the model and the treebank. Neither can be shipped: the Penn Treebank is licensed.
/// </summary>
/// <remarks>
/// To lift the skip, set ATTENTION_NOTEBOOKS_BERT_BASE to a folder with bert-base-uncased in Hugging Face's layout (attn download
/// google-bert/bert-base-uncased) and ATTENTION_NOTEBOOKS_WSJ to a CoNLL-U file of the Wall Street Journal's development set
/// (section 22, 1,696 sentences) with Stanford Dependencies, labels such as dobj and auxpass. Heads must be the same; accuracies may
/// differ by a point, as converters do.
/// </remarks>
public class PublishedRelationsTests
{
    private const double Point = 0.01;

    private static readonly (string Relation, string Head, Direction Direction, double Accuracy, double Baseline, int Offset)[] Rows =
    [
        ("prep", "6-3", Direction.DependentToHead, 0.667, 0.618, -1),
        ("pobj", "8-5", Direction.HeadToDependent, 0.763, 0.346, -2),
        ("det", "7-10", Direction.DependentToHead, 0.943, 0.517, 1),
        ("nn", "3-9", Direction.DependentToHead, 0.704, 0.702, 1),
        ("nsubj", "7-1", Direction.DependentToHead, 0.585, 0.455, 1),
        ("amod", "3-9", Direction.DependentToHead, 0.756, 0.683, 1),
        ("dobj", "7-9", Direction.DependentToHead, 0.868, 0.400, -2),
        ("advmod", "6-5", Direction.DependentToHead, 0.488, 0.402, 1),
        ("aux", "3-9", Direction.DependentToHead, 0.811, 0.715, 1),
        ("poss", "6-5", Direction.DependentToHead, 0.805, 0.477, 1),
        // The paper's table has 82.5 and 40.5 here, the notebook's baselines of auxpass and of cop: very probably a slip of a line.
        ("auxpass", "3-9", Direction.DependentToHead, 0.941, 0.825, 1),
        ("cop", "6-5", Direction.DependentToHead, 0.722, 0.405, 1),
        ("ccomp", "7-0", Direction.DependentToHead, 0.488, 0.124, -2),
        ("mark", "7-1", Direction.DependentToHead, 0.507, 0.145, 2),
        ("prt", "5-6", Direction.DependentToHead, 0.991, 0.914, -1),
        ("num", "7-10", Direction.DependentToHead, 0.674, 0.564, 1),
        ("cc", "6-4", Direction.DependentToHead, 0.478, 0.412, -1),
        ("conj", "6-0", Direction.DependentToHead, 0.533, 0.268, -2),
        ("xcomp", "4-6", Direction.DependentToHead, 0.573, 0.471, -2),
        ("possessive", "6-11", Direction.DependentToHead, 0.988, 0.988, -1),
        ("rcmod", "8-10", Direction.DependentToHead, 0.409, 0.266, -3),
        ("nsubjpass", "6-5", Direction.DependentToHead, 0.575, 0.437, 2),
        ("neg", "3-9", Direction.DependentToHead, 0.725, 0.683, 1),
    ];

    [Fact]
    public void The_best_heads_of_the_saved_notebook()
    {
        SkipWithoutLicensedData();
        using var model = Checkpoint.Load(Environment.GetEnvironmentVariable("ATTENTION_NOTEBOOKS_BERT_BASE")!);
        var (source, sentences, _) = TreebankAttention.Of(model,
            ConllU.Read(Environment.GetEnvironmentVariable("ATTENTION_NOTEBOOKS_WSJ")!));
        var hits = DependencyHits.Measure(source, sentences, possessiveClitic: true);
        var scores = DependencyRelations.Score(hits);
        Assert.All(Rows, row =>
        {
            var best = scores.Where(s => s.Relation == row.Relation).MaxBy(s => s.Accuracy.Correct)!;
            Assert.Equal((row.Head, row.Direction, row.Offset), (best.Head.ToString(), best.Direction, best.NearOffset));
            Assert.Equal(row.Accuracy, best.Accuracy.Value, Point);
            Assert.Equal(row.Baseline, best.NearBaseline.Value, Point);
        });
        Assert.Equal(0.347, hits.Attachment(new Head(6, 5), Direction.DependentToHead).Value, Point); // over all words, punctuation too
    }

    private static void SkipWithoutLicensedData()
    {
        foreach (var (name, what) in new[] { ("ATTENTION_NOTEBOOKS_BERT_BASE", "a folder with bert-base-uncased"),
            ("ATTENTION_NOTEBOOKS_WSJ", "a CoNLL-U file of WSJ section 22 with Stanford Dependencies") })
            Assert.SkipUnless(Path.Exists(Environment.GetEnvironmentVariable(name)), $"needs {what}: set {name} to it");
    }
}
