using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>
/// A BERT set by hand, in which exactly one head does the job: at a [MASK] it looks at the token before and hands its
/// identity over, which the masked-LM head then names. Whatever looks for heads that matter must find this one.
/// </summary>
/// <remarks>
/// The 64 numbers of a hidden state have three parts, so that nothing is mixed up:
/// <code>
///   0 … 13   which word this is         (one-hot, from the word embeddings)
///  16 … 31   where it stands            (one-hot, from the position embeddings)
///  32 … 45   which word stands before   (empty until the planted head writes it)
/// </code>
/// The planted head 1-2: its query reads position p and asks for p − 1, its key reads the position, so that their product is large for
/// the token before; its value reads the word part, its output writes the third part. The masked-LM head copies the third part onto the
/// word part and compares with the word embeddings. Normalisation moves and scales all tokens alike, since each has the same number of
/// ones.
/// All other heads look wherever random queries and keys take them, and say random things too softly to matter; the feed-forward
/// halves do nothing.
/// </remarks>
internal static class PlantedBert
{
    private const int Words = 16, Positions = 16, HeadSize = 16, Size = 64; // three parts and a spare one; each as wide as a head
    private static readonly Scalar Loudness = 0.3, Softly = 0.01;

    /// <summary>The head that does the job.</summary>
    public static readonly Head Planted = new(1, 2);

    public static readonly HeadGrid Grid = new(3, 4);

    /// <summary>The model, saved to a folder and loaded from there.</summary>
    public static Checkpoint Create(string folder, int seed = 1)
    {
        manual_seed(seed);
        using var model = new BertForMaskedLM(BertFixtures.Config(layers: Grid.Layers, heads: Grid.Heads, size: Size, wide: 8,
            positions: Positions));
        Set(model);
        Checkpoint.Save(folder, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: Positions));
        return Checkpoint.Load(folder);
    }

    /// <summary>The job: texts of random words with one [MASK] each; right is the word before it.</summary>
    public static WordBefore Task(Checkpoint checkpoint, int items = 24, int seed = 1) => new(checkpoint, items, seed);

    private static void Set(BertForMaskedLM model)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in model.named_parameters())
        {
            bool random = name.Contains("attention.self.") && name.EndsWith("weight", StringComparison.Ordinal);
            bool soft = name.Contains("attention.output.dense.weight");
            parameter.copy_(name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? ones_like(parameter)
                : random ? randn(parameter.shape).mul(Loudness) : soft ? randn(parameter.shape).mul(Softly) : zeros_like(parameter));
        }
        var all = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        void One(string name, int row, int column) => all[name][row, column] = 1f;
        for (int w = 0; w < BertFixtures.Vocabulary.Length; w++) One("bert.embeddings.word_embeddings.weight", w, w);
        for (int p = 0; p < Positions; p++) One("bert.embeddings.position_embeddings.weight", p, Words + p);

        string at = $"bert.encoder.layer.{Planted.Layer}.attention.";
        int first = Planted.Index * HeadSize;
        foreach (string part in new[] { "query", "key", "value" })
            all[$"{at}self.{part}.weight"].slice(0, first, first + HeadSize, 1).zero_();
        all[$"{at}output.dense.weight"].slice(1, first, first + HeadSize, 1).zero_();
        for (int d = 0; d < HeadSize; d++)
        {
            if (d + 1 < Positions) One($"{at}self.query.weight", first + d, Words + d + 1); // at p: asks for p − 1
            One($"{at}self.key.weight", first + d, Words + d);
            One($"{at}self.value.weight", first + d, d);
            One($"{at}output.dense.weight", Words + Positions + d, first + d);
            One("cls.predictions.transform.dense.weight", d, Words + Positions + d);
        }
    }

    /// <summary>Texts of random words, each with one [MASK] behind a word: that word is right.</summary>
    internal sealed class WordBefore : ITextTask
    {
        private const int FirstWord = 5;
        private readonly Checkpoint _checkpoint;
        private readonly (int Place, int Right)[] _asked;

        public WordBefore(Checkpoint checkpoint, int items, int seed)
        {
            _checkpoint = checkpoint;
            var random = new Random(seed);
            (TokenizedText Text, int Place, int Right) Item()
            {
                int n = random.Next(3, 11), place = random.Next(2, n + 1);
                // Only words that are whole pieces, the comma among them, so that ids and text are one.
                int[] ids = [2, .. Enumerable.Range(0, n).Select(_ => random.Next(FirstWord, BertFixtures.Vocabulary.Length)), 3];
                int right = ids[place - 1];
                ids[place] = 4;
                return (new TokenizedText(ids, [.. ids.Select(i => BertFixtures.Vocabulary[i])], new int[ids.Length],
                    [.. ids.Select((_, t) => t == 0 || t == ids.Length - 1 ? -1 : t - 1)], 0), place, right);
            }
            var all = Enumerable.Range(0, items).Select(_ => Item()).ToArray();
            Texts = [.. all.Select(i => i.Text)];
            _asked = [.. all.Select(i => (i.Place, i.Right))];
            Batches = [.. Enumerable.Range(0, items).Chunk(7)]; // lengths mixed, so that batches are padded
        }

        public string Name => "word before";

        public nn.Module Weights => _checkpoint.Model;

        public HeadGrid Grid => _checkpoint.Config.Grid;

        public int Count => _asked.Length;

        public IReadOnlyList<int[]> Batches { get; init; }

        public IReadOnlyList<TokenizedText> Texts { get; }

        public int Place(int item) => _asked[item].Place;

        public int Right(int item) => _asked[item].Right;

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
        {
            var batch = new TokenBatch([.. items.Select(i => Texts[i])], 0, CPU);
            var places = tensor(items.Select((item, b) => (long)b * batch.Length + Place(item)).ToArray());
            var right = tensor(items.Select(i => (long)Right(i)).ToArray());
            var states = _checkpoint.Model.Bert.forward(batch.Ids, batch.Segments, batch.Mask, hooks)
                .view(-1, _checkpoint.Config.HiddenSize).index_select(0, places);
            var logits = _checkpoint.Model.Logits(states);
            var correct = logits.argmax(-1).eq(right).to_type(ScalarType.Float32);
            return new TaskOutput(nn.functional.cross_entropy(logits, right, reduction: nn.Reduction.None), correct, ones_like(correct));
        }
    }
}
