using AttentionNotebooks.Tests.Functions;
using static AttentionNotebooks.TokenRole;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>What each token is: by the tokenizer, and by the spelling of saved tokens.</summary>
public class TokenRoleTests
{
    public static TheoryData<string, TokenRole[]> Spelt => new()
    {
        { "[CLS] play ##ing , now [SEP]", [Cls, Word, Continuation, Word, Word, Sep] },
        { "[CLS] a [SEP] b [SEP] [PAD]", [Cls, Word, Sep, Word, Sep, Pad] },
        { "[CLS] [UNK] [MASK] ##ed ## [SEP]", [Cls, Unknown, Mask, Word, Word, Sep] },
        { "<s> the Ġcat s </s> </s> a Ġdog </s> <pad>", [Cls, Word, Word, Continuation, Sep, Sep, Word, Word, Sep, Pad] },
        { "<s> Ġ <mask> Ġcat <unk> </s>", [Cls, Word, Mask, Word, Unknown, Sep] },
        { "<s> ▁the ▁cat s </s>", [Cls, Word, Word, Continuation, Sep] },
        { "[CLS] ▁play ing [SEP] <pad> <unk>", [Cls, Word, Continuation, Sep, Pad, Unknown] },
        { "<s> pl ##um [UNK] </s>", [Cls, Word, Continuation, Unknown, Sep] },
    };

    [Theory]
    [MemberData(nameof(Spelt))]
    public void Saved_tokens_have_the_roles_of_their_spelling(string tokens, TokenRole[] expected)
    {
        Assert.Equal(expected, TokenRoles.Of(tokens.Split(' ')));
        var text = new AttentionText("0", expected.Length, tokens.Split(' '));
        Assert.Equal(expected, text.Roles!);
        Assert.Equal(Enumerable.Range(0, expected.Length).Where(i => expected[i] == Cls), text.ClsPositions);
        Assert.Equal(Enumerable.Range(0, expected.Length).Where(i => expected[i] == Sep), text.SepPositions);
    }

    [Fact]
    public void A_text_without_tokens_has_no_roles_and_is_framed_by_its_first_and_last_token()
    {
        var text = new AttentionText("0", 5, null);
        Assert.Null(text.Roles);
        Assert.Equal([0], text.ClsPositions);
        Assert.Equal([4], text.SepPositions);
    }

    [Fact]
    public void Tokenizers_give_the_roles_that_the_spelling_has()
    {
        var pieces = WordPieceTokenizer.Create(BertFixtures.Vocabulary);
        foreach (string text in AwkwardText.Strings(300, seed: 5, ["[CLS]", "[MASK]", "playing", "the", "[PAD]", "[UNK]"]))
        {
            var encoded = pieces.Encode(text, maxLength: 512);
            Assert.Equal(TokenRoles.Of(encoded.Tokens), encoded.Roles);
        }
        foreach (string text in new[] { "the cat sat", "played a <mask>, cat", "the </s>cat <pad>", " the  cat" })
            Assert.Equal(TokenRoles.Of(ByteLevelTests.Small.Encode(text).Tokens), ByteLevelTests.Small.Encode(text).Roles);
        Assert.Equal([Cls, Word, Sep, Word, Continuation, Sep], pieces.Encode("the", "playing").Roles);
        Assert.Equal([Cls, Word, Word, Sep, Sep, Word, Word, Sep], ByteLevelTests.Small.Encode("the cat", "a dog").Roles);
    }

    [Fact]
    public void The_byte_level_tokenizer_knows_pieces_of_one_word_that_their_spelling_does_not_show()
    {
        var text = ByteLevelTests.Small.Encode("played");
        Assert.Equal(["<s>", "play", "ed", "</s>"], text.Tokens);
        Assert.Equal([Cls, Word, Continuation, Sep], text.Roles);
        Assert.Equal([Cls, Word, Word, Sep], TokenRoles.Of(text.Tokens));
    }

    [Fact]
    public void Other_tokens_have_other_roles()
    {
        var text = WordPieceTokenizer.Create(BertFixtures.Vocabulary).Encode("the cat");
        Assert.Equal([Cls, Word, Mask, Sep], (text with { Tokens = ["[CLS]", "the", "[MASK]", "[SEP]"] }).Roles);
        Assert.Equal([Cls, Mask, Word, Sep], (new AttentionText("0", 4, text.Tokens) { Roles = text.Roles } with
        { Tokens = ["[CLS]", "[MASK]", "##s", "[SEP]"] }).Roles!);
    }

    [Fact]
    public void Words_that_a_task_hides_have_the_role_of_a_mask()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = new MaskedWords(model, ["the cat sat", "a dog"], seed: 1);
        Assert.All(task.Texts, t => Assert.Equal(t.Tokens.Select(x => x == "[MASK]"), t.Roles.Select(r => r == Mask)));
        Assert.All(task.Texts, t => Assert.Contains(Mask, t.Roles));
    }

    [Theory]
    [InlineData("Ġthe", " the")]
    [InlineData("▁the", " the")]
    [InlineData("ĠĠ", "  ")]
    [InlineData("▁", " ")]
    [InlineData("##ing", "##ing")]
    [InlineData("the", "the")]
    [InlineData("aĠb", "aĠb")]
    [InlineData("", "")]
    public void Marks_that_are_a_space_are_shown_as_one(string token, string shown) => Assert.Equal(shown, TokenRoles.Shown(token));

    [Fact]
    public void Only_a_familys_own_file_names_it_and_special_tokens_are_spelt_in_one_place()
    {
        string source = Repository.Path("src");
        string[] names = [.. new[] { "bert", "distilbert", "electra", "roberta", "mpnet", "modernbert" }.Select(n => $"\"{n}\"")];
        string[] special =
        [
            "\"<s>\"", "\"</s>\"", "\"<pad>\"", "\"<mask>\"",
            "is \"[CLS]\"", "is \"[SEP]\"", "is \"[PAD]\"", "== \"[CLS]\"", "== \"[SEP]\"", "== \"[UNK]\"",
        ];
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains("/obj/", StringComparison.Ordinal)) continue;
            string name = Path.GetFileName(file);
            string text = string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("///", StringComparison.Ordinal)));
            if (name.EndsWith("Family.cs", StringComparison.Ordinal)) continue;
            Assert.All(names, n => Assert.False(text.Contains(n, StringComparison.Ordinal), $"{file} names {n}"));
            if (name == "SpecialTokens.cs") continue;
            Assert.All(special, t => Assert.False(text.Contains(t, StringComparison.Ordinal), $"{file} holds {t}"));
        }
    }
}
