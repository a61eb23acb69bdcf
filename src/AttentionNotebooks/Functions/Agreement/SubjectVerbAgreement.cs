using System.Globalization;

namespace AttentionNotebooks;

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
    private static readonly string[] Columns = ["id", "sentence", "right", "wrong", "attractors"];
    private const string MaskText = "[MASK]",
        Remedy = "Write a tab-separated file with a header and the columns id, sentence, right, wrong, attractors";

    /// <summary>Reads items.</summary>
    /// <param name="file">A tab-separated file with a header; columns beyond those of <see cref="AgreementItem"/> are passed over.</param>
    /// <exception cref="InputException">The file cannot be read, lacks a column, or a row is broken or has a text of characters none of
    /// which can be seen.</exception>
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
                columns = [.. Columns.Select(name => Array.IndexOf(fields, name) is >= 0 and var at ? at
                    : throw new InputException(file, "line 1", $"has no column {name}", Remedy))];
                continue;
            }
            if (text.Length == 0) continue;
            if (fields.Length <= columns.Max()) throw new InputException(file, $"line {line}", $"has {fields.Length} columns", Remedy);
            string Field(int i) => fields[columns[i]];
            if (!int.TryParse(Field(4), NumberStyles.None, CultureInfo.InvariantCulture, out int attractors))
                throw new InputException(file, $"line {line}", $"has attractors \"{Field(4)}\", which is no number", Remedy);
            if (Field(1).Split(MaskText).Length != 2)
                throw new InputException(file, $"line {line}", $"does not hold {MaskText} once", Remedy);
            VisibleText.Required(Field(1).Replace(MaskText, "", StringComparison.Ordinal).Trim(), file,
                $"line {line}, column {Columns[1]}, beside {MaskText}");
            foreach (int form in new[] { 2, 3 }) VisibleText.Required(Field(form).Trim(), file, $"line {line}, column {Columns[form]}");
            items.Add(new AgreementItem(Field(0), Field(1), Field(2), Field(3), attractors));
        }
        return items.Count > 0 ? items : throw new InputException(file, null, "holds no item", Remedy);
    }

    /// <summary>Asks a model.</summary>
    /// <param name="checkpoint">A model with a masked-LM head.</param>
    /// <returns>Per item, whether the right form scores higher; <see langword="null"/> where one of the forms is not a single word piece,
    /// so that it cannot be asked.</returns>
    /// <exception cref="InputException">The checkpoint has no masked-LM head, or a sentence is too long for the model.</exception>
    public static bool?[] Judge(Checkpoint checkpoint, IReadOnlyList<AgreementItem> items)
    {
        var answers = new bool?[items.Count];
        if (checkpoint.HasMaskedLmHead && !items.Any(i => VerbNumber.CanAsk(checkpoint.Tokenizer, i))) return answers;
        var task = new VerbNumber(checkpoint, items);
        var scores = TaskScores.Evaluate(task);
        for (int i = 0; i < task.Count; i++) answers[task.Asked[i]] = scores.Correct[i] == 1;
        return answers;
    }

    /// <summary>How often the right form won, by the number of attractors.</summary>
    /// <param name="answers">What <see cref="Judge"/> said of them; those that could not be asked do not count.</param>
    public static IReadOnlyList<(int Attractors, Proportion Right)> ByAttractors(IReadOnlyList<AgreementItem> items,
        IReadOnlyList<bool?> answers) =>
        [.. items.Zip(answers).Where(p => p.Second is not null).GroupBy(p => p.First.Attractors).OrderBy(g => g.Key)
            .Select(g => (g.Key, new Proportion(g.Count(p => p.Second == true), g.Count())))];
}
