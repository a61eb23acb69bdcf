namespace AttentionNotebooks.Tests.Bert;

public class WordPieceTokenizerTests
{
    private static readonly WordPieceTokenizer Tiny = WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16);

    [Fact]
    public void Pieces_words_and_segments_line_up()
    {
        // ids:                     2     5   7    8     10 12  13   3
        var text = Tiny.Encode("The playing, dog sat");
        Assert.Equal(["[CLS]", "the", "play", "##ing", ",", "dog", "sat", "[SEP]"], text.Tokens);
        Assert.Equal([2, 5, 7, 8, 10, 12, 13, 3], text.Ids);
        Assert.Equal([-1, 0, 1, 1, 1, 2, 3, -1], text.Words);
        Assert.Equal(new int[8], text.Segments);
        Assert.False(text.Truncated);
    }

    [Fact]
    public void A_pair_has_two_segments_and_counts_words_in_each()
    {
        var pair = Tiny.Encode("the cat", "a dog played");
        Assert.Equal(["[CLS]", "the", "cat", "[SEP]", "a", "dog", "play", "##ed", "[SEP]"], pair.Tokens);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 1], pair.Segments);
        Assert.Equal([-1, 0, 1, -1, 0, 1, 2, 2, -1], pair.Words);
    }

    [Fact]
    public void Words_that_are_split_already_keep_their_numbers()
    {
        var text = Tiny.Encode(["the", "\u0001", "cat,dog", "sat cat"]);
        Assert.Equal(["[CLS]", "the", "cat", ",", "dog", "sat", "cat", "[SEP]"], text.Tokens);
        Assert.Equal([-1, 0, 2, 2, 2, 3, 3, -1], text.Words);
    }

    [Fact]
    public void A_long_text_is_cut_before_its_SEP_and_the_cut_is_counted()
    {
        var text = Tiny.Encode("the cat sat the cat sat", maxLength: 5);
        Assert.Equal(["[CLS]", "the", "cat", "sat", "[SEP]"], text.Tokens);
        Assert.Equal(3, text.Dropped);
        var pair = Tiny.Encode("the cat sat the cat", "a dog", maxLength: 7);
        Assert.Equal(["[CLS]", "the", "cat", "[SEP]", "a", "dog", "[SEP]"], pair.Tokens);
        Assert.Equal(3, pair.Dropped);
        Assert.Throws<ArgumentOutOfRangeException>(() => Tiny.Encode("the", maxLength: 17));
        Assert.Equal(["[CLS]", "[SEP]"], Tiny.Encode("").Tokens);
        Assert.Equal(["[CLS]", "[SEP]"], Tiny.Encode(" \t\n").Tokens);
    }

    [Theory]
    [InlineData("the [MASK] sat", "the [MASK] sat")]
    [InlineData("the [MASK], sat[SEP]cat", "the [MASK] , sat [SEP] cat")]
    [InlineData("[[MASK]]", "[UNK] [MASK] [UNK]")]
    [InlineData("[mask]", "[UNK] [UNK] [UNK]")]
    [InlineData("[", "[UNK]")]
    public void Special_tokens_written_out_stay_whole(string text, string expected) => Assert.Equal(expected, Inner(Tiny.Encode(text)));

    [Fact]
    public void Broken_vocabularies_are_refused()
    {
        Assert.Contains("[SEP], [MASK]", Assert.Throws<InputException>(() =>
            WordPieceTokenizer.Create(["[PAD]", "[UNK]", "[CLS]"])).Message, StringComparison.Ordinal);
        Assert.Contains("line 15", Assert.Throws<InputException>(() =>
            WordPieceTokenizer.Create([.. BertFixtures.Vocabulary, "cat"])).Message, StringComparison.Ordinal);
    }

    // Expected pieces are by the rules of google-research/bert, tokenization.py, over the vocabulary of bert-base-uncased.
    [Theory]
    [InlineData("Hello, World!", "hello , world !")]
    [InlineData("unaffable", "una ##ffa ##ble")]
    [InlineData("Café naïve Ångström", "cafe naive ang ##strom")]
    [InlineData("don't stop-now", "don ' t stop - now")]
    [InlineData("$5.00 a^b x+y=z `q`", "$ 5 . 00 a ^ b x + y = z ` q `")]
    [InlineData("€5", "€ ##5")]
    [InlineData("a_b ~ ©", "a _ b ~ ©")]
    [InlineData("\ud55c\uad6d\uc5b4", "\u1112 ##\u1161 ##\u11ab ##\u1100 ##\u116e ##\u11a8 ##\u110b ##\u1165")]
    [InlineData("中国人 ok", "中 国 人 ok")]
    [InlineData("pl\u200ba\u0000y\ufffding", "playing")]
    [InlineData("x\u00a0y\u3000z", "x y z")]
    [InlineData("tab\tnew\nline", "tab new line")]
    [InlineData("“quoted”—dash…", "“ quoted ” — dash …")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("ΟΔΟΣ", "ο ##δ ##ος")]
    [InlineData("ΟΔΟΣ.ΟΔΟΣ", "ο ##δ ##ο ##σ . ο ##δ ##ος")]
    [InlineData("😀", "[UNK]")]
    [InlineData("playing electroencephalography", "playing electro ##ence ##pha ##log ##raphy")]
    public void The_real_vocabulary_gives_BERTs_pieces(string text, string expected)
    {
        var tokenizer = Real(lowerCase: true);
        Assert.Equal(expected, Inner(tokenizer.Encode(text)));
    }

    [Fact]
    public void Cased_text_keeps_case_and_accents()
    {
        Assert.Equal("[UNK]", Inner(Tiny.Encode("Ça")));
        var cased = WordPieceTokenizer.Create([.. BertFixtures.Vocabulary, "Ça", "Cat"], lowerCase: false);
        Assert.Equal("Ça Cat [UNK]", Inner(cased.Encode("Ça Cat THE")));
    }

    [Fact]
    public void Words_of_more_than_100_characters_are_unknown()
    {
        var tokenizer = WordPieceTokenizer.Create([.. BertFixtures.Vocabulary, "x", "##x", "𝒳", "##𝒳"]);
        Assert.Equal(102, tokenizer.Encode(new string('x', 100)).Length);
        Assert.Equal("[UNK]", Inner(tokenizer.Encode(new string('x', 101))));
        Assert.Equal(102, tokenizer.Encode(string.Concat(Enumerable.Repeat("𝒳", 100))).Length);
    }

    private static string Inner(TokenizedText text) => string.Join(' ', text.Tokens[1..^1]);

    private static WordPieceTokenizer Real(bool lowerCase) => WordPieceTokenizer.Create(TokenizerGoldenTests.Vocabulary(), lowerCase);
}
