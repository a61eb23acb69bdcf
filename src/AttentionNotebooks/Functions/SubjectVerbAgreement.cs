using System.Globalization;
using AttentionNotebooks.Bert;
using AttentionNotebooks.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Functions;

/// <summary>A sentence whose verb is hidden, with the verb in both numbers.</summary>
/// <param name="Id">Its name in the file.</param>
/// <param name="Sentence">The sentence with <c>[MASK]</c> where the verb stands.</param>
/// <param name="Right">The form that agrees with the subject.</param>
/// <param name="Wrong">The form of the other number.</param>
/// <param name="Attractors">Nouns of the other number between subject and verb.</param>
public sealed record AgreementItem(string Id, string Sentence, string Right, string Wrong, int Attractors);

/// <summary>
/// Does a masked-LM head prefer the verb that agrees with its subject? The score of the right form against the wrong
/// one at the hidden verb, by how many nouns of the other number stand between.
/// </summary>
/// <remarks>The task of Linzen et al. (2016), "Assessing the Ability of LSTMs to Learn Syntax-Sensitive Dependencies",
/// asked of a masked-LM head as by Goldberg (2019), "Assessing BERT's Syntactic Abilities".</remarks>
public static class SubjectVerbAgreement
{
    private const string MaskText = "[MASK]", Remedy = "Write a tab-separated file with a header and the columns id, sentence, right, wrong, attractors";
    private const int TextsAtOnce = 32;

    /// <summary>Reads items.</summary>
    /// <param name="file">A tab-separated file with a header; columns beyond those of <see cref="AgreementItem"/> are passed over.</param>
    /// <exception cref="InputException">The file cannot be read, lacks a column, or a row is broken.</exception>
    public static IReadOnlyList<AgreementItem> Read(string file)
    {
        var items = new List<AgreementItem>();
        int[]? columns = null;
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            var fields = text.Split('\t');
            if (columns is null)
            {
                columns = [.. new[] { "id", "sentence", "right", "wrong", "attractors" }.Select(name => Array.IndexOf(fields, name) is >= 0 and var at ? at
                    : throw new InputException(file, "line 1", $"has no column {name}", Remedy))];
                continue;
            }
            if (text.Length == 0) continue;
            if (fields.Length <= columns.Max()) throw new InputException(file, $"line {line}", $"has {fields.Length} columns", Remedy);
            string Field(int i) => fields[columns[i]];
            if (!int.TryParse(Field(4), NumberStyles.None, CultureInfo.InvariantCulture, out int attractors)) throw new InputException(file, $"line {line}", $"has attractors \"{Field(4)}\", which is no number", Remedy);
            if (Field(1).Split(MaskText).Length != 2) throw new InputException(file, $"line {line}", $"does not hold {MaskText} once", Remedy);
            items.Add(new AgreementItem(Field(0), Field(1), Field(2), Field(3), attractors));
        }
        return items.Count > 0 ? items : throw new InputException(file, null, "holds no item", Remedy);
    }

    /// <summary>Asks a model.</summary>
    /// <param name="checkpoint">A model with a masked-LM head.</param>
    /// <param name="items">The items.</param>
    /// <returns>Per item, whether the right form scores higher; <see langword="null"/> where one of the forms is not a single word piece, so that it cannot be asked.</returns>
    /// <exception cref="InputException">A sentence is too long for the model.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no masked-LM head.</exception>
    public static bool?[] Judge(Checkpoint checkpoint, IReadOnlyList<AgreementItem> items)
    {
        using var noGradients = no_grad();
        var answers = new bool?[items.Count];
        var (tokenizer, device) = (checkpoint.Tokenizer, checkpoint.Model.Device);
        var askable = Enumerable.Range(0, items.Count).Select(i => (Index: i, Right: Piece(tokenizer, items[i].Right), Wrong: Piece(tokenizer, items[i].Wrong)))
            .Where(x => x.Right is not null && x.Wrong is not null).Select(x => (x.Index, Right: x.Right!.Value, Wrong: x.Wrong!.Value, Text: Encode(tokenizer, items[x.Index]))).ToArray();
        // Equal lengths together, so that nothing is padded.
        foreach (var batch in askable.GroupBy(x => x.Text.Ids.Length).SelectMany(g => g.Chunk(TextsAtOnce)))
        {
            using var scope = NewDisposeScope();
            int length = batch[0].Text.Ids.Length;
            var ids = tensor([.. batch.SelectMany(x => x.Text.Ids.Select(id => (long)id))], [batch.Length, length], device: device);
            var places = tensor([.. batch.Select((x, b) => (long)b * length + Array.IndexOf([.. x.Text.Ids], tokenizer.MaskId))], device: device);
            var hidden = checkpoint.Model.Bert.forward(ids).view(-1, checkpoint.Config.HiddenSize).index_select(0, places); // [B, D]
            var scores = checkpoint.Model.Logits(hidden).to_type(ScalarType.Float32).cpu().contiguous();                      // [B, V]
            var values = scores.data<float>();
            for (int b = 0; b < batch.Length; b++)
            {
                long row = b * scores.shape[1];
                answers[batch[b].Index] = values[row + batch[b].Right] > values[row + batch[b].Wrong];
            }
        }
        return answers;
    }

    /// <summary>How often the right form won, by the number of attractors.</summary>
    /// <param name="items">The items.</param>
    /// <param name="answers">What <see cref="Judge"/> said of them; those that could not be asked do not count.</param>
    public static IReadOnlyList<(int Attractors, Proportion Right)> ByAttractors(IReadOnlyList<AgreementItem> items, IReadOnlyList<bool?> answers) =>
        [.. items.Zip(answers).Where(p => p.Second is not null).GroupBy(p => p.First.Attractors).OrderBy(g => g.Key)
            .Select(g => (g.Key, new Proportion(g.Count(p => p.Second == true), g.Count())))];

    private static int? Piece(TextTokenizer tokenizer, string word) => tokenizer.Encode(word).Ids is [_, var piece, _] && piece != tokenizer.UnknownId ? piece : null;

    private static TokenizedText Encode(TextTokenizer tokenizer, AgreementItem item)
    {
        var text = tokenizer.Encode(item.Sentence);
        return text.Truncated ? throw new InputException($"item {item.Id}", null, $"is longer than the model's {tokenizer.MaxLength} tokens", "Leave it out") : text;
    }
}
