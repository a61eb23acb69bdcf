namespace AttentionNotebooks;

/// <summary>How feature columns are made comparable before distances are taken: an explicit choice, since it decides what "near"
/// means.</summary>
public enum Scaling
{
    /// <summary>(x − mean) / population standard deviation.</summary>
    ZScore,

    /// <summary>As they are; right for a single feature.</summary>
    None,

    /// <summary>(x − median) / interquartile range: outlying heads do not set the scale.</summary>
    Robust,

    /// <summary>Mid-ranks mapped to 0…1: only the order counts.</summary>
    Rank,
}
