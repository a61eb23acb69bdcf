using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions;

public sealed class SubjectVerbAgreementTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void The_form_with_the_higher_score_at_the_hidden_verb_wins()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        AgreementItem[] items =
        [
            new("a", "the cat [MASK] the dog", "sat", "play", 0), new("b", "the cat [MASK] the dog", "play", "sat", 1),
            new("c", "a dog , the cat [MASK]", "sat", "play", 1), new("d", "the dog [MASK]", "sat", "plays", 2),
                new("e", "the dog [MASK]", "cat", "dog", 2),
        ];
        var answers = SubjectVerbAgreement.Judge(checkpoint, items);
        for (int i = 0; i < items.Length; i++)
        {
            if (i == 3) continue;
            using var scope = NewDisposeScope();
            var text = checkpoint.Tokenizer.Encode(items[i].Sentence);
            var scores = checkpoint.Model.forward(tensor(text.Ids.Select(id => (long)id).ToArray(), [1, text.Length]))[0,
                Array.IndexOf([.. text.Ids], 4)];
            float Score(string word) => scores[Array.IndexOf(BertFixtures.Vocabulary, word)].Value<float>();
            Assert.Equal(Score(items[i].Right) > Score(items[i].Wrong), answers[i]);
        }
        Assert.NotEqual(answers[0], answers[1]); // the same question the other way round
        Assert.Null(answers[3]);                 // plays is two pieces here
        var byAttractors = SubjectVerbAgreement.ByAttractors(items, answers);
        Assert.Equal([(0, 1), (1, 2), (2, 1)], byAttractors.Select(x => (x.Attractors, x.Right.Count)));
    }

    [Theory]
    [InlineData("id\tsentence\tright\twrong", "no column attractors")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n1\tno verb\tis\tare\t0", "line 2")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n1\tit [MASK]\tis\tare\tnone", "line 2")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n1\tit [MASK]\tis", "line 2")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n1\t\u200B [MASK] \u200D\tis\tare\t0",
        "line 2, column sentence, beside [MASK]: holds only characters that cannot be seen (U+200B, U+0020, U+200D)")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n1\tit [MASK]\tis\t\u200B\t0", "line 2, column wrong: holds only characters")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n1\tit [MASK]\t\u00AD\tare\t0", "line 2, column right: holds only characters")]
    [InlineData("id\tsentence\tright\twrong\tattractors\n", "no item")]
    public void A_broken_file_is_named_with_its_line(string content, string expected)
    {
        string file = Path.Combine(folder, "items.tsv");
        File.WriteAllText(file, content);
        Assert.Contains(expected, Assert.Throws<InputException>(() => SubjectVerbAgreement.Read(file)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
