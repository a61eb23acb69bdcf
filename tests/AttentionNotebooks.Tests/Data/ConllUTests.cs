namespace AttentionNotebooks.Tests.Data;

public class ConllUTests
{
    [Fact]
    public void Words_heads_and_relations_are_read_and_what_is_no_word_is_left_out()
    {
        using var folder = new TestFolder();
        string file = folder.Write("t.conllu", "# sent_id = a1\n# text = Don't go\n1-2\tDon't" + Blank(8) + "\n" + Row(1, "Do", 3, "aux")
            + Row(2, "n't", 3, "advmod") + Row(3, "go", 0, "root") + "3.1\tx" + Blank(8) + "\n\n"
            + Row(1, "Stop", 0, "root"));
        var sentences = ConllU.Read(file).ToArray();
        Assert.Equal(["a1", "2"], sentences.Select(s => s.Id));
        Assert.Equal([("Do", 2, "aux"), ("n't", 2, "advmod"), ("go", -1, "root")],
            sentences[0].Words.Select(w => (w.Form, w.Head, w.Relation)));
    }

    [Theory]
    [InlineData("1\tx\n", "line 1: has 2 columns instead of 10")]
    [InlineData("2\tx\t_\t_\t_\t_\t0\troot\t_\t_\n", "line 1: has ID 2 where 1 is due")]
    [InlineData("1\tx\t_\t_\t_\t_\t4\tdet\t_\t_\n", "line 1: has head 4")]
    [InlineData("1\tx\t_\t_\t_\t_\t_\tdet\t_\t_\n", "line 1: has head _")]
    [InlineData("1\tx\t_\t_\t_\t_\t1\tdet\t_\t_\n", "line 1: is its own head")]
    [InlineData("1\tx\t_\t_\t_\t_\t2\tdet\t_\t_\n2\ty\t_\t_\t_\t_\t1\tdet\t_\t_\n", "has heads that run in a circle")]
    [InlineData("# nothing\n\n", "holds no sentence")]
    public void A_broken_sentence_is_refused_with_its_line(string text, string problem)
    {
        using var folder = new TestFolder();
        string file = folder.Write("broken.conllu", text);
        Assert.Contains(problem, Assert.Throws<InputException>(() => ConllU.Read(file).ToList()).Message);
    }

    [Fact]
    public void A_real_treebank_is_read_whole() =>
        Assert.Equal(2001, ConllU.Read(Repository.SharedData("ud-ewt", "en_ewt-ud-dev.conllu")).Count());

    private static string Row(int id, string form, int head, string relation) => $"{id}\t{form}\t_\t_\t_\t_\t{head}\t{relation}\t_\t_\n";

    private static string Blank(int columns) => string.Concat(Enumerable.Repeat("\t_", columns));
}
