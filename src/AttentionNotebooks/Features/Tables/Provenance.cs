using System.Reflection;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>Where a table comes from. What is not known is empty, and then nothing is refused because of it.</summary>
/// <param name="Model">The model's name or folder.</param>
/// <param name="ModelHash">A hash of its configuration and weights (<see cref="ModelOrigin"/>).</param>
/// <param name="Texts">How many texts were measured; 0 where it is not known.</param>
/// <param name="TextsHash">A hash of the texts' tokens; <see langword="null"/> where some text has none, as saved maps may.</param>
/// <param name="Version">The kit's version.</param>
public sealed record Provenance(string? Model = null, string? ModelHash = null, int Texts = 0, string? TextsHash = null,
    string Version = "")
{
    private const string Precision = "precision";

    /// <summary>The kit's version, e.g. 0.1.0.</summary>
    public static string KitVersion { get; } =
        typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What else the numbers depend on: features, precision, the longest text.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The provenance of what is measured on a source by this version of the kit.</summary>
    /// <param name="measures">The names of the measures.</param>
    public static Provenance Of(IAttentionSource source, IEnumerable<string> measures)
    {
        var model = source.Model;
        bool known = source.Texts.All(t => t.Tokens is not null);
        var hash = new Fingerprint();
        foreach (var text in known ? source.Texts : []) hash.Add(string.Join('\n', text.Tokens!));
        var options = new Dictionary<string, string>
        {
            ["features"] = string.Join(',', measures),
            ["longest_text"] = FormattableString.Invariant($"{source.Texts.Max(t => t.Length)}"),
        };
        if (model?.Precision is { } precision) options[Precision] = precision;
        return new Provenance(model?.Name, model?.Hash, source.Texts.Count, known ? hash.Of() : null, KitVersion) { Options = options };
    }

    /// <summary>The provenance of what has no texts: a model alone.</summary>
    public static Provenance Of(ModelOrigin model) =>
        new(model.Name, model.Hash, Version: KitVersion)
        { Options = model.Precision is null ? [] : new Dictionary<string, string> { [Precision] = model.Precision } };

    /// <summary>Whether both are known to be of different models. Weights of another number format are not compared.</summary>
    public bool IsOfAnotherModel(Provenance? other) => ModelHash is not null && other?.ModelHash is not null
        ? ModelHash != other.ModelHash && Options.GetValueOrDefault(Precision) == other.Options.GetValueOrDefault(Precision)
        : Model is not null && other?.Model is not null && Model != other.Model;

    /// <summary>What stands beside a file that the kit wrote: clusters, relations or a table.</summary>
    /// <returns><see langword="null"/> where nothing stands there, or where it is about another file than lies there now.</returns>
    /// <exception cref="InputException">The notes are damaged.</exception>
    public static Provenance? Read(string file) => TableNotesFile.ReadAll(file)?.From;

    /// <summary>Writes it beside a file that is written, in <see cref="TableNotesFile"/>.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => TableNotesFile.Write(file, [], this);

    /// <summary>Equal where all that is known agrees, the options too.</summary>
    public bool Equals(Provenance? other) => other is not null
        && (Model, ModelHash, Texts, TextsHash, Version) == (other.Model, other.ModelHash, other.Texts, other.TextsHash, other.Version)
        && Options.Count == other.Options.Count
        && Options.All(o => other.Options.TryGetValue(o.Key, out string? value) && value == o.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Model, ModelHash, Texts, TextsHash, Version, Options.Count);

    /// <summary>Refuses files that do not belong together.</summary>
    /// <param name="parts">Each file's name, its heads, and where it comes from if that is known; two at least.</param>
    /// <exception cref="InputException">Their heads differ, or their models are known and differ.</exception>
    public static void RequireSame(params ReadOnlySpan<(string Name, HeadGrid Grid, Provenance? From)> parts)
    {
        foreach (var (name, grid, from) in parts[1..])
        {
            var (firstName, firstGrid, firstFrom) = parts[0];
            if (grid == firstGrid && from?.IsOfAnotherModel(firstFrom) != true) continue;
            string Is(HeadGrid g, Provenance? p) => $"is of {g} heads{Of(p)}";
            string other = grid == firstGrid ? Of(firstFrom) : $" of {firstGrid} heads{Of(firstFrom)}";
            throw new InputException(name, null,
                $"{Is(grid, from)}, {Path.GetFileName(firstName)}{(grid == firstGrid ? " is" : "")}{other}",
                "Give both of the same model");
        }

        static string Of(Provenance? from) => from?.Model is null ? ""
            : $" of model {from.Model}{(from.ModelHash is { } hash ? $" ({hash[..8]})" : "")}";
    }

    /// <summary>Writes it as the property <c>from</c> of an object.</summary>
    internal static void Write(Utf8JsonWriter json, Provenance from)
    {
        json.WriteStartObject("from");
        json.WriteString("model", from.Model);
        json.WriteString("model_hash", from.ModelHash);
        json.WriteNumber("texts", from.Texts);
        json.WriteString("texts_hash", from.TextsHash);
        json.WriteString("version", from.Version);
        json.WriteStartObject("options");
        foreach (var (name, value) in from.Options) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>
    /// Reads what <see cref="Write(Utf8JsonWriter, Provenance)"/> wrote; <see langword="null"/> where there is no such property.
    /// </summary>
    internal static Provenance? Read(JsonElement json)
    {
        if (!json.TryGetProperty("from", out var from)) return null;
        string? Text(string name) => from.GetProperty(name).GetString();
        return new Provenance(Text("model"), Text("model_hash"), from.GetProperty("texts").GetInt32(),
            Text("texts_hash"), Text("version") ?? "")
        {
            Options = from.GetProperty("options").EnumerateObject().ToDictionary(o => o.Name, o => o.Value.GetString() ?? ""),
        };
    }
}
