namespace AttentionNotebooks.Features;

/// <summary>What a head looks at: shares of its attention on particular tokens, after Clark et al. 2019, §3.1 and §3.2.</summary>
public static class TokenFeatures
{
    private const string Source = "Clark et al. 2019, §3";

    /// <summary>Mass on the token itself, Σ_i A_ii / n, a share from 0 to 1.</summary>
    public static HeadFeature Self { get; } = new("self", "share", "Σ_i A_ii / n", Source, (a, t) => a.diagonal(0, -2, -1).sum(dim: -1) / t.Lengths);

    /// <summary>Mass on the token before, Σ_i A_i,i−1 / n, a share from 0 to (n − 1)/n.</summary>
    public static HeadFeature Previous { get; } = new("previous", "share", "Σ_i A_i,i−1 / n", Source, (a, t) => a.diagonal(-1, -2, -1).sum(dim: -1) / t.Lengths);

    /// <summary>Mass on the token after, Σ_i A_i,i+1 / n, a share from 0 to (n − 1)/n.</summary>
    public static HeadFeature Next { get; } = new("next", "share", "Σ_i A_i,i+1 / n", Source, (a, t) => a.diagonal(1, -2, -1).sum(dim: -1) / t.Lengths);

    /// <summary>Mass on [CLS], Σ_i A_i,[CLS] / n, a share from 0 to 1. Where tokens are not known, on the first token.</summary>
    public static HeadFeature Cls { get; } = new("cls", "share", "Σ_i A_i,[CLS] / n", Source, (a, t) => t.OnKeys(a, t.IsCls));

    /// <summary>Mass on [SEP] (all of a pair), Σ_i A_i,[SEP] / n, a share from 0 to 1. Where tokens are not known, on the last token.</summary>
    public static HeadFeature Sep { get; } = new("sep", "share", "Σ_i Σ_j∈[SEP] A_ij / n", Source, (a, t) => t.OnKeys(a, t.IsSep));
}
