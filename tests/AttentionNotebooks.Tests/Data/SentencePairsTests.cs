namespace AttentionNotebooks.Tests.Data;

public sealed class SentencePairsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("0,1,1,0", "0110"), InlineData("1,1,0,0", "1100"), InlineData("entailment,neutral,contradiction,neutral", "1000")]
    [InlineData("Yes,no,Yes,no", "1010"), InlineData("duplicate,other,other,other", "1000")]
    public void The_label_of_pairs_that_say_the_same_is_known_by_its_usual_name(string labels, string alike) =>
        Assert.Equal(alike, Alike(SentencePairs.Read(Written(labels))));

    [Theory]
    [InlineData("0,1,2,1", "0, 1, 2"), InlineData("5,1,0,4", "0, 1, 4, 5"), InlineData("1,2,1,2", "1, 2"), InlineData("-1,1,1,-1", "-1, 1")]
    [InlineData("1,other,1,other", "1, other"), InlineData("a,b,a,b", "a, b"), InlineData("yes,1,yes,1", "1, yes")]
    public void One_of_several_numbers_is_no_paraphrase_until_it_is_named(string labels, string found)
    {
        string file = Written(labels);
        Assert.Contains($"has the labels {found}, of which it is not known which is of pairs that say the same. Name the label of pairs "
            + "that say the same (--positive)", Assert.Throws<InputException>(() => SentencePairs.Read(file)).Message);
        string named = labels.Split(',')[1];
        Assert.Equal(string.Concat(labels.Split(',').Select(l => l == named ? '1' : '0')), Alike(SentencePairs.Read(file, alike: named)));
    }

    public void Dispose() => _folder.Dispose();

    private static string Alike(SentencePairs pairs) => string.Concat(pairs.Items.Select(p => p.Alike ? '1' : '0'));

    private string Written(string labels) => _folder.Write("pairs.tsv", "sentence1\tsentence2\tlabel\n"
        + string.Concat(labels.Split(',').Select((l, i) => $"first {i}\tsecond {i}\t{l}\n")));
}
