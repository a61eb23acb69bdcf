namespace AttentionNotebooks.Functions;

/// <summary>A group of heads with a name, such as a cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Heads">Its heads.</param>
public sealed record NamedHeads(string Name, IReadOnlyList<Head> Heads);
