namespace AttentionNotebooks.Tests.Functions;

public class CoreferenceReaderTests
{
    // Mary met the farmers. | She greeted them.
    private const string Annotated = """
        # newdoc id = farm
        # global.Entity = eid-etype-head-other
        # sent_id = 1
        1	Mary	_	PROPN	_	_	2	nsubj	_	Entity=(e1-person-1-)
        2	met	_	VERB	_	_	0	root	_	_
        3	the	_	DET	_	_	4	det	_	Entity=(e2-person-2-
        4	farmers	_	NOUN	_	_	2	obj	_	SpaceAfter=No|Entity=e2)

        # sent_id = 2
        1	She	_	PRON	_	_	2	nsubj	_	Entity=(e1-person-1-)
        2	greeted	_	VERB	_	_	0	root	_	_
        3	them	_	PRON	_	_	2	obj	_	Entity=(e2-person-1-)

        # newdoc id = house
        # sent_id = 3
        1	his	_	PRON	_	_	2	nmod:poss	_	Entity=(e4--2-(e3-person-1-)
        2	house	_	NOUN	_	_	0	root	_	Entity=e4)

        """;

    [Fact]
    public void Mentions_are_read_from_brackets_with_their_heads_and_types()
    {
        using var folder = new TestFolder();
        var documents = CoreferenceReader.Read(folder.Write("c.conllu", Annotated.ReplaceLineEndings("\n")));
        Assert.Equal(["farm", "house"], documents.Select(d => d.Id));
        Assert.Equal(["Mary", "met", "the", "farmers", "She", "greeted", "them"], documents[0].Words);
        Assert.Equal([new Mention(0, 0, 0, "e1", MentionType.Proper), new(2, 3, 3, "e2", MentionType.Nominal),
            new(4, 4, 4, "e1", MentionType.Pronoun), new(6, 6, 6, "e2", MentionType.Pronoun)], documents[0].Mentions);
        // the outer one first
        Assert.Equal([new Mention(0, 1, 1, "e4", MentionType.Nominal), new(0, 0, 0, "e3", MentionType.Pronoun)], documents[1].Mentions);
        Assert.Equal([4, 6], documents[0].Anaphors.Select(a => a.First));
    }

    [Fact]
    public void Without_a_head_in_the_annotation_it_is_the_word_that_hangs_outside()
    {
        using var folder = new TestFolder();
        string text =
            "# global.Entity = "
            + "etype-eid\n1\tthe\t_\tDET\t_\t_\t2\tdet\t_\tEntity=(person-e7\n2\tman\t_\tNOUN\t_\t_\t0\troot\t_\t_\n"
            + "3\there\t_\tADV\t_\t_\t2\tadvmod\t_\tEntity=e7)\n";
        Assert.Equal([new Mention(0, 2, 1, "e7", MentionType.Nominal)], CoreferenceReader.Read(folder.Write("c.conllu", text))[0].Mentions);
    }

    [Fact]
    public void A_table_says_the_same_in_a_line()
    {
        using var folder = new TestFolder();
        var documents = CoreferenceReader.Read(folder.Write("c.tsv",
            "document\twords\tmentions\nfarm\tMary met the farmers She greeted them\t4-4:e1:pronoun 0-0:e1:proper 2-3:e2:nominal "
                + "6-6:e2:pronoun\nhouse\this big house\t0-2:e4:nominal:2 0-0:e3:pronoun\n"));
        Assert.Equal([0, 2, 4, 6], documents[0].Mentions.Select(m => m.First));
        Assert.Equal([new Mention(0, 2, 2, "e4", MentionType.Nominal), new(0, 0, 0, "e3", MentionType.Pronoun)], documents[1].Mentions);
    }

    [Theory]
    [InlineData("words\tdocument\tmentions\n", "line 1: is not the header")]
    [InlineData("document\twords\tmentions\nd\ta b\n", "line 2: does not have three columns")]
    [InlineData("document\twords\tmentions\nd\ta  b\t0-0:e:proper\n", "line 2: has an empty word")]
    [InlineData("document\twords\tmentions\nd\ta b\t0-2:e:proper\n", "\"0-2:e:proper\"")]
    [InlineData("document\twords\tmentions\nd\ta b\t1-0:e:proper\n", "\"1-0:e:proper\"")]
    [InlineData("document\twords\tmentions\nd\ta b\t0-1:e:name\n", "\"0-1:e:name\"")]
    [InlineData("document\twords\tmentions\nd\ta b\t0-0:e:proper:1\n", "\"0-0:e:proper:1\"")]
    [InlineData("document\twords\tmentions\nd\t\u200B \u200B\t0-0:e:proper\n",
        "line 2, column words: holds only characters that cannot be seen (U+200B, U+0020)")]
    [InlineData("document\twords\tmentions\nd\ta b\t\n", "has no mention")]
    public void A_broken_table_is_refused_with_its_line(string text, string problem)
    {
        using var folder = new TestFolder();
        Assert.Contains(problem, Assert.Throws<InputException>(() => CoreferenceReader.Read(folder.Write("c.tsv", text))).Message);
    }

    [Theory]
    [InlineData("e1)", "_", "sentence 1, word 1: closes e1, which is not open")]
    [InlineData("(e1-person-1-", "_", "sentence 1: does not close e1")]
    [InlineData("e1", "_", "neither opens nor closes")]
    [InlineData("()", "_", "without a name")]
    [InlineData("(e1-x-1-", "e2)", "word 2: closes e2")]
    public void A_broken_annotation_is_refused_with_its_word(string first, string second, string problem)
    {
        using var folder = new TestFolder();
        string text = $"1\ta\t_\tX\t_\t_\t0\troot\t_\tEntity={first}\n2\tb\t_\tX\t_\t_\t1\tx\t_\tEntity={second}\n".Replace("Entity=_",
            "_");
        Assert.Contains(problem, Assert.Throws<InputException>(() => CoreferenceReader.Read(folder.Write("c.conllu", text))).Message);
    }
}
