using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions.Tasks;

public sealed class MaskedWordsTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();
    private readonly string[] texts = ["the cat sat", "a dog", "the dog sat , the cat sat"];

    [Fact]
    public void A_loss_is_the_sum_of_the_hidden_tokens_cross_entropies()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        var task = new MaskedWords(checkpoint, texts, rate: 1); // all is hidden, so that each text can be asked by hand
        var scores = TaskScores.Evaluate(task);
        for (int i = 0; i < texts.Length; i++)
        {
            using var scope = NewDisposeScope();
            var text = checkpoint.Tokenizer.Encode(texts[i]);
            long[] hidden = [.. text.Ids.Select((id, t) => t == 0 || t == text.Length - 1 ? id : (long)checkpoint.Tokenizer.MaskId)];
            var logits = checkpoint.Model.forward(tensor(hidden, [1, hidden.Length]))[0].Floats();
            int vocabulary = checkpoint.Config.VocabSize;
            double loss = 0;
            for (int t = 1; t < text.Length - 1; t++)
            {
                var row = logits.AsSpan(t * vocabulary, vocabulary).ToArray();
                loss += Math.Log(row.Sum(x => Math.Exp(x))) - row[text.Ids[t]];
            }
            Assert.Equal(loss, scores.Losses[i], 1e-4);
            Assert.Equal(text.Length - 2, scores.Targets[i]);
        }
        Assert.Equal(scores.Losses.Sum() / 12, scores.Loss, 1e-9);
        Assert.Same(checkpoint.Model, task.Weights);
    }

    [Fact]
    public void What_is_hidden_depends_on_the_seed_and_the_text_alone()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        int[] Targets(IReadOnlyList<string> of, int seed) => TaskScores.Evaluate(new MaskedWords(checkpoint, of, seed, rate: 0.5)).Targets;
        var many = Enumerable.Range(0, 30).SelectMany(_ => texts).ToArray();
        var first = Targets(many, 3);
        Assert.Equal(first, Targets(many, 3));
        Assert.Equal(first[..10], Targets(many[..10], 3));
        Assert.NotEqual(first, Targets(many, 4));
        Assert.All(Targets([.. Enumerable.Repeat("cat", 20)], 1), q => Assert.Equal(1, q)); // never nothing
    }

    [Fact]
    public void Gradients_flow_to_a_gate_on_the_heads()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        using var scope = NewDisposeScope();
        var task = new MaskedWords(checkpoint, texts);
        var gate = ones(checkpoint.Config.NumAttentionHeads).requires_grad_();
        task.Evaluate(task.Batches[0], new AttentionHooks { EditHeads = (_, heads) => heads.mul(gate.view(1, -1, 1, 1)) }).Loss.sum()
            .backward();
        Assert.Contains(gate.grad!.Floats(), g => g != 0);
    }

    [Fact]
    public void An_empty_text_is_named()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        Assert.Contains("text 1", Assert.Throws<InputException>(() => new MaskedWords(checkpoint, ["cat", " "])).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
