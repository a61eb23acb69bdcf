using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Training.FineTuning;

/// <summary>A task that a small BERT can learn to the last text: does the cat come before the dog?</summary>
internal static class ToyTask
{
    public static readonly string[] Labels = ["dog first", "cat first"];

    /// <summary>Texts of 3 to 9 words that hold both animals once: no word alone tells the class, only their order does.</summary>
    public static LabelledTexts Texts(int count, int seed)
    {
        var random = new Random(seed);
        string[] others = ["the", "a", "sat", "play", ","];
        return new LabelledTexts([.. Enumerable.Range(0, count).Select(_ =>
        {
            var words = Enumerable.Range(0, 3 + random.Next(7)).Select(_ => others[random.Next(others.Length)]).ToArray();
            int one = random.Next(words.Length), other = random.Next(words.Length - 1);
            if (other >= one) other++;
            (words[one], words[other]) = ("cat", "dog");
            return new LabelledText(string.Join(' ', words), null, one < other ? 1 : 0);
        })], Labels);
    }

    /// <summary>A small model with random weights, in a folder.</summary>
    public static Checkpoint Model(string folder, bool withPooler = true, int layers = 2)
    {
        using (var model = BertFixtures.Model(BertFixtures.Config(layers, size: 32, wide: 64), withPooler: withPooler)) Checkpoint.Save(
            folder, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        return Checkpoint.Load(folder);
    }

    /// <summary>As a file with a header.</summary>
    public static string Write(this LabelledTexts texts, string path)
    {
        File.WriteAllLines(path, texts.Items.Select(i => $"{i.Text}\t{texts.Labels[i.Label]}").Prepend("words\torder"));
        return path;
    }
}
