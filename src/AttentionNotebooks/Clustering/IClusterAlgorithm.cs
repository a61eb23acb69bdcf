namespace AttentionNotebooks;

/// <summary>A way to put heads into k clusters. The same heads, k and seed give the same labels.</summary>
public interface IClusterAlgorithm
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>What it does, and who described it.</summary>
    string Method { get; }

    /// <summary>Whether it can work on distances between heads alone.</summary>
    bool TakesDistances { get; }

    /// <summary>Partitions heads.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="k">The number of clusters.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <returns>Per head a label from 0 to k − 1; every label occurs.</returns>
    /// <exception cref="InputException">The heads cannot be put into k clusters this way.</exception>
    int[] Fit(HeadSpace heads, int k, int seed = 0);
}
