namespace AttentionNotebooks.Tests.Data;

/// <summary>Plain text files: which lines are texts.</summary>
public sealed class TextFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_are_trimmed_and_blank_ones_passed_over() =>
        Assert.Equal(["a b", "\u200Bc", "…"], TextFile.Texts(_folder.Write("t.txt", "\uFEFFa b \n\n \t\u00A0\n\u200Bc\n…\n")));

    [Theory]
    [InlineData("\u200B\u200D", "U+200B, U+200D")]
    [InlineData("\u0001\u0301 \u0001", "U+0001, U+0301, U+0020")]
    [InlineData("\u200B\u200C\u200D\u2060\uFEFF", "U+200B, U+200C, U+200D, U+2060, …")]
    public void A_line_of_which_nothing_can_be_seen_is_named_with_its_file(string line, string characters)
    {
        string file = _folder.Write("t.txt", $"a\n\n{line}\n");
        Assert.Equal($"{file}, line 3: holds only characters that cannot be seen ({characters}). Delete them, or the whole line.",
            Assert.Throws<InputException>(() => TextFile.Texts(file)).Message);
    }
}
