using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>
/// <c>attn token-types</c>: where every head's attention goes, by kind of token and by offset, and how far position explains it.
/// </summary>
internal static class TokenTypesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var counts = new Option<string?>("--counts")
        {
            Description = "How common words are: a word, a tab and its count per line; by default they are counted in the texts.",
            HelpName = "F.tsv",
        };
        var position = OutFile.Also("--position", "Also write a row per head: the shares of attention that special tokens, offsets and "
            + "content explain.", "F.csv", OutFile.Csv);
        var file = new OutFile("A row per head and kind of token: its share of attention, and the share that uniform attention "
            + "gives.", "F.csv", [OutFile.Csv]);
        var command = new Command("token-types", "Where every head's attention goes: [CLS], [SEP], punctuation, parts of speech, "
            + "common and rare words, offsets.") { counts, position, file };
        source.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            using var own = model;
            var ranks = parsed.GetValue(counts) is { } table ? WordRanks.Read(table) : WordRanks.Of(attention.Texts);
            bool tagged = attention.Texts.All(t => t.Tags is not null);
            if (!tagged) error.WriteLine("attn: parts of speech are left out: the texts have none. --conllu has them.");
            var partsOfSpeech = tagged ? TokenTypes.PartsOfSpeech(attention.Texts) : [];
            TokenType[] types = [.. TokenTypes.Kinds, .. partsOfSpeech, .. TokenTypes.Frequency(ranks), .. TokenTypes.Offsets];
            TokenTypeShares shares;
            using (var progress = new ProgressLine(error, "texts"))
                shares = TokenTypeShares.Measure(attention, types, progress, cancellation);
            TokenTypeTable.Write(shares, parsed.GetValue(file)!);
            output.WriteLine($"{parsed.GetValue(file)}: {shares.Types.Count} kinds, {attention.Grid} heads, {attention.Texts.Count} texts");
            NoteLines.Write(shares.Values.ToTable().Notes, parsed.GetValue(file)!, output);
            if (parsed.GetValue(position) is not { } positionFile) return;
            using (var progress = new ProgressLine(error, "texts"))
                PositionTable.Write(PositionAndContent.Measure(attention, progress, cancellation), positionFile);
            output.WriteLine($"{positionFile}: special tokens, offset and content, {attention.Grid} heads");
        });
        return command;
    }
}
