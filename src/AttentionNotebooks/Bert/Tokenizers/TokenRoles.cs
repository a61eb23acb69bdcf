namespace AttentionNotebooks;

/// <summary>The roles of tokens. This is the one place that knows special tokens by their spelling; all else asks for roles.</summary>
public static class TokenRoles
{
    // Other vocabularies mix these two: MPNet has <s> and [UNK], ALBERT [CLS] and <pad>.
    private static readonly Dictionary<string, TokenRole> Spellings = new[] { SpecialTokens.Bert, SpecialTokens.Roberta }
        .SelectMany(s => s.Roles).ToDictionary(r => r.Token, r => r.Role, StringComparer.Ordinal);

    /// <summary>Whether a token is not text of its own: it begins, ends or fills a text, or hides a word.</summary>
    /// <param name="role">The token's role.</param>
    public static bool IsSpecial(this TokenRole role) => role is TokenRole.Mask || role.IsMarker();

    /// <summary>Whether a token only marks a text's ends or fills the text up. A mask does not: it stands for a word.</summary>
    /// <param name="role">The token's role.</param>
    public static bool IsMarker(this TokenRole role) => role is TokenRole.Cls or TokenRole.Sep or TokenRole.Pad;

    /// <summary>The roles of a text's tokens, by their spelling in the vocabularies of BERT, RoBERTa and their relatives.</summary>
    /// <param name="tokens">All tokens of a text: marks such as <c>Ġ</c> say only together which kind of pieces they are.</param>
    /// <returns>A role per token, <c>[T]</c>.</returns>
    public static TokenRole[] Of(IReadOnlyList<string> tokens) =>
        Of(tokens, Pieces.MarksOf(tokens), i => Spellings.TryGetValue(tokens[i], out var role) ? role : null);

    /// <summary>The role of a token that is looked at alone; every piece that is not special counts as a word.</summary>
    public static TokenRole Of(string token) => Spellings.GetValueOrDefault(token, TokenRole.Word);

    /// <summary>A token as people read it: the marks <c>Ġ</c> and <c>▁</c> are a space, <c>##</c> stays.</summary>
    public static string Shown(string token) => Pieces.Shown(token);

    /// <summary>A token without the marks <c>Ġ</c> and <c>▁</c> that it begins with; a token that is nothing else stays as it is.</summary>
    public static string WithoutSpaces(string token) => Pieces.WithoutSpaces(token);

    /// <summary>The roles of tokens whose marks and special tokens are known.</summary>
    /// <param name="tokens">All tokens of a text.</param>
    /// <param name="marks">How its pieces show where words begin.</param>
    /// <param name="specialAt">The role of a position's token if it is special or unknown.</param>
    internal static TokenRole[] Of(IReadOnlyList<string> tokens, PieceMarks marks, Func<int, TokenRole?> specialAt)
    {
        var roles = new TokenRole[tokens.Count];
        bool afterSpecial = true;
        for (int i = 0; i < roles.Length; i++)
        {
            roles[i] = specialAt(i) ?? (!afterSpecial && Pieces.Continues(tokens[i], marks) ? TokenRole.Continuation : TokenRole.Word);
            afterSpecial = roles[i].IsSpecial();
        }
        return roles;
    }
}
