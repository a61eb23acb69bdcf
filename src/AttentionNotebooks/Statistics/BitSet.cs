using System.Numerics;

namespace AttentionNotebooks;

/// <summary>Yes or no for each of many items, a bit each: what a head got right is kept in a 64th of a double per word.</summary>
internal sealed class BitSet(int length)
{
    private readonly ulong[] _bits = new ulong[(length + 63) / 64];

    /// <summary>How many items there are.</summary>
    public int Length => length;

    /// <summary>An item.</summary>
    public bool this[int item]
    {
        get => (_bits[item >> 6] >> (item & 63) & 1) != 0;
        set
        {
            if (value) _bits[item >> 6] |= 1UL << (item & 63);
            else _bits[item >> 6] &= ~(1UL << (item & 63));
        }
    }

    /// <summary>The items of which something holds.</summary>
    public static BitSet Where(int length, Func<int, bool> holds)
    {
        var set = new BitSet(length);
        for (int i = 0; i < length; i++)
            if (holds(i)) set[i] = true;
        return set;
    }

    /// <summary>How many items are in the set.</summary>
    public int Count() => _bits.Sum(b => BitOperations.PopCount(b));

    /// <summary>How many are in both.</summary>
    public int CountAnd(BitSet other)
    {
        int count = 0;
        for (int i = 0; i < _bits.Length; i++) count += BitOperations.PopCount(_bits[i] & other._bits[i]);
        return count;
    }

    /// <summary>How many are in this one and in <paramref name="among"/>, and not in <paramref name="other"/>.</summary>
    public int CountAndNot(BitSet among, BitSet other)
    {
        int count = 0;
        for (int i = 0; i < _bits.Length; i++) count += BitOperations.PopCount(_bits[i] & among._bits[i] & ~other._bits[i]);
        return count;
    }

    /// <summary>The items of both.</summary>
    public BitSet And(BitSet other) => Combine(other, (a, b) => a & b);

    /// <summary>The items of this one that are not in the other.</summary>
    public BitSet Without(BitSet other) => Combine(other, (a, b) => a & ~b);

    /// <summary>The items of either.</summary>
    public BitSet Or(BitSet other) => Combine(other, (a, b) => a | b);

    private BitSet Combine(BitSet other, Func<ulong, ulong, ulong> of)
    {
        var result = new BitSet(length);
        for (int i = 0; i < _bits.Length; i++) result._bits[i] = of(_bits[i], other._bits[i]);
        return result;
    }
}
