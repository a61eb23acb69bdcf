namespace AttentionNotebooks;

/// <summary>Finds what stands upon the encoder: the pooler, a classifier, the heads of pre-training. What is another head is left
/// out.</summary>
internal sealed class HeadMatcher(OnnxValues values, SumMatcher sums, ActivationMatcher activations)
{
    /// <summary>The heads.</summary>
    /// <param name="last">The last layer's states.</param>
    /// <param name="vocabulary">How many words there are.</param>
    /// <param name="hidden">Width of the states.</param>
    public OnnxHeads Find(string last, long vocabulary, long hidden)
    {
        OnnxLinear? pooler = null, classifier = null, pairs = null;
        OnnxWordHead? words = null;
        var states = Aliases(last);
        foreach (var node in values.Graph.Nodes)
        {
            if (pooler is null && Pooler(node, states) is { } found && found.Outputs == hidden && found.Inputs == hidden)
            {
                pooler = found;
                var pooled = Aliases(node.Output);
                foreach (string output in values.Graph.Outputs)
                    if (Try(() => sums.Linear(output)) is { } linear && pooled.Contains(linear.Input)) classifier ??= linear;
            }
            if (words is null && IsOutput(node.Output)) words = Words(node.Output, states, vocabulary);
        }
        if (words is not null && classifier is { Outputs: 2 }) (pairs, classifier) = (classifier, null);
        return new OnnxHeads(pooler, classifier, words, pairs);
    }

    private bool IsOutput(string name) => values.Graph.Outputs.Any(o => values.Origin(o) == name);

    // tanh of a linear map of the first token's state.
    private OnnxLinear? Pooler(OnnxNode node, HashSet<string> states)
    {
        var linear = node.Is("Tanh") ? Try(() => sums.Linear(node.Input(0)))
            : node.IsFused("FusedGemm") && node.Text("activation", "") == "Tanh" ? Try(() => sums.Activated(node)) : null;
        return linear is not null && IsFirst(linear.Input, states) ? linear : null;
    }

    private bool IsFirst(string name, HashSet<string> states)
    {
        if (values.Maker(name) is not { } node) return false;
        if (node.Is("Gather") && node.Whole("axis", 0) == 1
            && values.Sizes(node.Input(1)) is [0])
            return states.Contains(sums.Flat(Inner(node.Input(0))));
        if (!node.Is("Slice") || !states.Contains(values.Origin(Inner(node.Input(0))))) return false;
        return values.Sizes(node.Input(1)) is [0] && values.Sizes(node.Input(2)) is [1] && values.Sizes(node.Input(3)) is [1];
    }

    // A slice that takes all texts changes nothing.
    private string Inner(string name) => values.Maker(name) is { } node && node.Is("Slice") && values.Sizes(node.Input(1)) is [0]
        && values.Sizes(node.Input(2)) is [> int.MaxValue - 1] && values.Sizes(node.Input(3)) is [0] ? node.Input(0) : name;

    private OnnxWordHead? Words(string output, HashSet<string> states, long vocabulary)
    {
        if (Try(() => sums.Linear(output)) is not { } decoder || decoder.Outputs != vocabulary) return null;
        if (sums.Norm(decoder.Input) is not { Inputs: [var inner], Bias: null } norm) return null;
        return Try(() => activations.Find(inner)) is { } transform && states.Contains(transform.Linear.Input)
            ? new OnnxWordHead(transform, norm, decoder) : null;
    }

    // The names that one value has.
    private HashSet<string> Aliases(string name) => [values.Origin(name), name];

    private static T? Try<T>(Func<T> find) where T : class
    {
        try
        {
            return find();
        }
        catch (NoMatchException)
        {
            return null;
        }
    }
}
