using System.CommandLine;
using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn token-types</c>: where every head's attention goes, by kind of token and by offset, and how far position explains it.</summary>
internal static class TokenTypesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var counts = new Option<string?>("--counts") { Description = "How common words are: a word, a tab and its count per line; by default counted in the texts themselves.", HelpName = "F.tsv" };
        var position = new Option<string?>("--position") { Description = "A row per head: the shares of attention that special tokens, offsets and content explain.", HelpName = "F.csv" };
        var file = new Option<string>("--out") { Description = "A row per head and kind: its share, and that of uniform attention.", HelpName = "F.csv", Required = true };
        var command = new Command("token-types", "Where every head's attention goes: [CLS], [SEP], punctuation, parts of speech, common and rare words, offsets.") { counts, position, file };
        source.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            using var own = model;
            var ranks = parsed.GetValue(counts) is { } table ? WordRanks.Read(table) : WordRanks.Of(attention.Texts);
            bool tagged = attention.Texts.All(t => t.Tags is not null);
            if (!tagged) error.WriteLine("attn: the texts have no parts of speech (--conllu has), which are left out.");
            TokenTypeShares shares;
            using (var progress = new ProgressLine(error, "texts")) shares = TokenTypeShares.Measure(attention, [.. TokenTypes.Kinds, .. tagged ? TokenTypes.PartsOfSpeech(attention.Texts) : [], .. TokenTypes.Frequency(ranks), .. TokenTypes.Offsets], progress, cancellation);
            AtomicFile.WriteText(parsed.GetValue(file)!, Csv(shares));
            var notes = shares.Values.ToTable().Notes;
            TableNotesFile.Write(parsed.GetValue(file)!, notes);
            output.WriteLine($"{parsed.GetValue(file)}: {shares.Types.Count} kinds, {attention.Grid} heads, {attention.Texts.Count} texts");
            NoteLines.Write(notes, parsed.GetValue(file)!, output);
            if (parsed.GetValue(position) is not { } positionFile) return;
            using (var progress = new ProgressLine(error, "texts")) AtomicFile.WriteText(positionFile, Csv(PositionAndContent.Measure(attention, progress, cancellation)));
            output.WriteLine($"{positionFile}: special tokens, offset and content, {attention.Grid} heads");
        });
        return command;
    }

    private static string Csv(TokenTypeShares shares)
    {
        var text = new StringBuilder("layer,head,group,type,share,ci_low,ci_high,uniform,ratio\n");
        var intervals = shares.Values.Texts.Count > 1 ? shares.Values.Intervals() : null;
        for (int i = 0; i < shares.Types.Count; i++)
        {
            var type = shares.Types[i];
            double[] byHead = shares.ByHead(type.Name);
            double uniform = shares.Values.Texts.Average(type.Uniform);
            for (int h = 0; h < byHead.Length; h++)
            {
                var head = shares.Values.Grid[h];
                text.Append(CultureInfo.InvariantCulture, $"{head.Layer},{head.Index},{type.Group},{type.Name},{byHead[h]:R},{intervals?[i].Low[h]:R},{intervals?[i].High[h]:R},{uniform:R},{Number(uniform > 0 ? byHead[h] / uniform : double.NaN)}\n");
            }
        }
        return text.ToString();
    }

    private static string Csv(PositionShares p)
    {
        var text = new StringBuilder("layer,head,special_tokens,offset,content,key_position,position_low,position_high\n");
        for (int h = 0; h < p.Grid.Count; h++)
            text.Append(CultureInfo.InvariantCulture, $"{p.Grid[h].Layer},{p.Grid[h].Index},").AppendJoin(',', new[] { p.Specials[h], p.Offset[h], p.Content[h], p.KeyPosition[h], p.Low[h], p.High[h] }.Select(Number)).Append('\n');
        return text.ToString();
    }

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
