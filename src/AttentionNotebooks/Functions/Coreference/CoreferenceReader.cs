using System.Globalization;

namespace AttentionNotebooks;

/// <summary>Texts with mentions, from CoNLL-U with <c>Entity=</c> in MISC (CorefUD 1, Universal Anaphora) or from a table.</summary>
public static class CoreferenceReader
{
    private const string Header = "document\twords\tmentions", NewDocument = "# newdoc", Fields = "# global.Entity =", Marker = "Entity=";
    private const string TableRemedy =
        "Write a tab-separated file with the header document, words, mentions; words parted by single spaces; mentions as "
        + "first-last:entity:type or first-last:entity:type:head, words counted from 0, type one of pronoun, proper, nominal";
    private const string EntityRemedy =
        "Annotate as CorefUD does: (e1-person-1- opens, e1) closes, (e1-person-1-) is a single word; every mention closes in its sentence";

    /// <summary>Reads documents: a table where the name ends in .tsv, CoNLL-U otherwise.</summary>
    /// <exception cref="InputException">It cannot be read, a line or an annotation is broken, or no document has a mention.</exception>
    public static IReadOnlyList<CoreferenceDocument> Read(string file)
    {
        CoreferenceDocument[] documents = [.. file.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? ReadTable(file)
            : ReadConllU(file)];
        return documents.Any(d => d.Mentions.Count > 0) ? documents
            : throw new InputException(file, null, "has no mention", EntityRemedy + "; or: " + TableRemedy);
    }

    private static IEnumerable<CoreferenceDocument> ReadTable(string file)
    {
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            if (line == 1)
            {
                if (text != Header) throw new InputException(file, "line 1", "is not the header", TableRemedy);
                continue;
            }
            if (text.Length == 0) continue;
            if (text.Split('\t') is not [var id, var words, var mentions])
                throw new InputException(file, $"line {line}", "does not have three columns", TableRemedy);
            VisibleText.Required(words.Trim(), file, $"line {line}, column words");
            string[] own = words.Split(' ');
            if (own.Any(w => w.Length == 0)) throw new InputException(file, $"line {line}", "has an empty word", TableRemedy);
            yield return new CoreferenceDocument(id, own, [.. mentions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(m =>
                Parse(m, own.Length) ?? throw new InputException(file, $"line {line}", $"has the mention \"{m}\", which cannot be",
                    TableRemedy)).OrderBy(m => m.First).ThenByDescending(m => m.Last)]);
        }
    }

    private static Mention? Parse(string text, int words)
    {
        static bool Number(string part, out int value) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        string[] parts = text.Split(':');
        if (parts.Length is not (3 or 4) || parts[1].Length == 0 || parts[0].Split('-') is not [var from, var to]
            || !Number(from, out int first) || !Number(to, out int last)) return null;
        int head = last;
        if (parts.Length == 4 && !Number(parts[3], out head)) return null;
        MentionType? type = parts[2] switch
        {
            "pronoun" => MentionType.Pronoun,
            "proper" => MentionType.Proper,
            "nominal" =>
            MentionType.Nominal,
            _ => null
        };
        return type is { } known && first <= last && last < words && head >= first && head <= last
            ? new Mention(first, last, head, parts[1], known) : null;
    }

    private static IEnumerable<CoreferenceDocument> ReadConllU(string file)
    {
        string id = Path.GetFileNameWithoutExtension(file);
        string[] fields = ["eid", "etype", "head", "other"]; // CorefUD's own order, where a file does not say another
        var (words, mentions) = (new List<string>(), new List<Mention>());
        foreach (var sentence in ConllU.Read(file))
        {
            if (sentence.Comments.FirstOrDefault(c => c.StartsWith(Fields, StringComparison.Ordinal)) is { } comment)
                fields = comment[Fields.Length..].Trim().Split('-');
            if (sentence.Comments.FirstOrDefault(c => c.StartsWith(NewDocument, StringComparison.Ordinal)) is { } begins)
            {
                if (words.Count > 0) yield return new CoreferenceDocument(id, [.. words], [.. mentions]);
                words.Clear();
                mentions.Clear();
                id = begins.Split('=', 2) is [_, var name] ? name.Trim() : sentence.Id;
            }
            mentions.AddRange(Mentions(file, sentence, fields, words.Count).OrderBy(m => m.First).ThenByDescending(m => m.Last));
            words.AddRange(sentence.Words.Select(w => w.Form));
        }
        yield return new CoreferenceDocument(id, [.. words], [.. mentions]);
    }

    private static List<Mention> Mentions(string file, TreebankSentence sentence, string[] fields, int before)
    {
        int identity = Math.Max(0, Array.FindIndex(fields, f => f is "eid" or "GRP")),
            minimum = Array.FindIndex(fields, f => f is "head" or "MIN");
        var open = new List<(string Entity, int First, string[] Parts)>();
        var found = new List<Mention>();
        for (int w = 0; w < sentence.Words.Count; w++)
        {
            string? misc = sentence.Words[w].Misc.Split('|').FirstOrDefault(m => m.StartsWith(Marker, StringComparison.Ordinal));
            if (misc is null) continue;
            for (int at = Marker.Length; at < misc.Length;)
            {
                bool opens = misc[at] == '(';
                int start = opens ? at + 1 : at, end = misc.IndexOfAny(['(', ')'], start);
                bool closes = end >= 0 && misc[end] == ')';
                string text = misc[start..(end < 0 ? misc.Length : end)];
                at = end < 0 ? misc.Length : closes ? end + 1 : end;
                string[] parts = text.Split('-');
                // A mention in several pieces, e1[1/2], counts by its first; [ and what follows is not of the name.
                string name = (opens ? parts.ElementAtOrDefault(identity) : text)?.Split('[') is [{ Length: > 0 } own, ..] ? own
                    : throw Broken("has an entity without a name");
                if (text.Contains('[') && !text.Contains("[1/", StringComparison.Ordinal)) continue;
                if (opens) open.Add((name, w, parts));
                if (!closes) { if (!opens) throw Broken($"has \"{text}\", which neither opens nor closes a mention"); continue; }
                int match = open.FindLastIndex(o => o.Entity == name);
                if (match < 0) throw Broken($"closes {name}, which is not open");
                found.Add(Close(sentence, open[match], w, minimum, before));
                open.RemoveAt(match);
            }

            InputException Broken(string problem) => new(file, $"sentence {sentence.Id}, word {w + 1}", problem, EntityRemedy);
        }
        return open.Count == 0 ? found : throw new InputException(file, $"sentence {sentence.Id}", $"does not close {open[0].Entity}",
            EntityRemedy);
    }

    private static Mention Close(TreebankSentence sentence, (string Entity, int First, string[] Parts) open, int last, int minimum,
        int before)
    {
        // As annotated; else the word that depends on one outside.
        int head = open.Parts.ElementAtOrDefault(minimum)?.Split(',')[0] is { } annotated
            && int.TryParse(annotated, NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given >= 1
            && open.First + given - 1 <= last
            ? open.First + given - 1
            : Enumerable.Range(open.First, last - open.First + 1)
            .FirstOrDefault(w => sentence.Words[w].Head < open.First || sentence.Words[w].Head > last, last);
        var type = sentence.Words[head].Tag switch
        {
            "PRON" => MentionType.Pronoun,
            "PROPN" => MentionType.Proper,
            _ =>
            MentionType.Nominal
        };
        return new Mention(before + open.First, before + last, before + head, open.Entity, type);
    }
}
