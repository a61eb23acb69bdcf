using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// The control task of dependency edges (Hewitt and Liang 2019, §3.2): every word type gets a rule of its own at random, and its words
/// always "depend" by that rule, whatever the sentence is. What a probe finds of such labels it has learnt by heart, word by word. The
/// rules there are: itself, the first word, the last word. A probe here cannot point from a word to itself, so being the root stands in
/// for itself, and a first (last) word that is to depend on the first (last) is a root too.
/// </summary>
internal static class ControlTask
{
    /// <summary>What a word type does in every sentence.</summary>
    internal enum Rule
    {
        Root,
        First,
        Last,
    }

    /// <summary>The same maps with the heads of the control task. Types that were seen in training and new ones follow the same
    /// rules.</summary>
    /// <param name="seed">Decides the rules.</param>
    public static ProbeData Of(ProbeData data, int seed) =>
        data.WithHeads([.. data.Trees.Select(s => Heads([.. s.Words.Select(w => w.Form)], seed))]);

    /// <summary>Per word its head's position, or the number of words for a root.</summary>
    public static int[] Heads(string[] forms, int seed) => [.. forms.Select((form, i) =>
    {
        int head = RuleOf(form, seed) switch { Rule.First => 0, Rule.Last => forms.Length - 1, _ => forms.Length };
        return head == i ? forms.Length : head;
    })];

    /// <summary>A third of the types each; from a hash, so that it is the same on every machine and does not depend on the other
    /// words.</summary>
    public static Rule RuleOf(string form, int seed)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed} {form}")));
        return (Rule)(BinaryPrimitives.ReadUInt64BigEndian(hash) % 3);
    }
}
