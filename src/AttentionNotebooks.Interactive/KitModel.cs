namespace AttentionNotebooks;

// What the notebooks look at unless their user names something else.
public static partial class Kit
{
    private const string ModelParameter = "model", Demo = "demo-bert", Texts = "texts/sentences.txt";

    /// <summary>
    /// The model of a notebook: the one that the parameter <c>model</c> names, or the real encoder that came with the build
    /// (<see cref="PackagedEncoders.MiniLM"/>). Without that encoder the demo model stands in, and <see cref="Start"/> says so. The
    /// parameter is a folder in Hugging Face's layout, the name of a packaged encoder, or a name on the hub (<c>owner/name</c>), which is
    /// downloaded once into <c>models/</c> of the repository. <see cref="Checkpoint.Name"/> is what titles call it.
    /// </summary>
    /// <exception cref="InputException">There is no such model, or its files are damaged.</exception>
    /// <example><code>var model = Kit.Model();
    /// $"{model.Name}: {model.Config.NumHiddenLayers} layers"</code></example>
    public static Checkpoint Model() => Chosen().Load();

    // What the line of Start calls the model, and how it is loaded; a bad name fails only there.
    private static (string Name, Func<Checkpoint> Load) Chosen() => Given(ModelParameter) is { } given ? (given, () => Named(given))
        : PackagedEncoders.Folder(PackagedEncoders.MiniLM) is { } real ? (PackagedEncoders.MiniLM, () => Checkpoint.Load(real))
        : ($"{Demo}, because {PackagedEncoders.MiniLM} is not beside the kit (a demonstration: its patterns were asked for in training)",
            DemoModel);

    private static Checkpoint Named(string given)
    {
        string folder = FromStart(given);
        if (given.Length > 0 && Directory.Exists(folder)) return Checkpoint.Load(folder);
        if (PackagedEncoders.IsName(given)) return Checkpoint.Load(given);
        // More than one slash, or a dot in front, can only be meant as a path.
        if (given.Length == 0 || given[0] is '.' or '/' || given.Contains('\\') || given.Count(c => c == '/') != 1)
            throw NotAllowed(ModelParameter, given,
                $"a folder (there is no {folder}), the name of a packaged encoder ({string.Join(", ", PackagedEncoders.Names)}) "
                    + "or a name on the hub, such as google-bert/bert-base-uncased");
        string downloaded = Path.Combine(Root, "models", given.Split('/')[^1]);
        // Cells have no synchronisation context that a wait could block.
        new HubDownload(HubSettings.FromEnvironment()).Run(given, downloaded).GetAwaiter().GetResult();
        return Checkpoint.Load(downloaded);
    }

    /// <summary>
    /// The kit's own small model: 12 layers × 12 heads, with a masked-LM head. An extra cost in its training made idle heads rest on
    /// special tokens, so its patterns were asked for: it demonstrates and is no evidence.
    /// </summary>
    /// <exception cref="InputException">The repository is not found.</exception>
    public static Checkpoint DemoModel() => Checkpoint.Load(DataPath(Demo));

    /// <summary>
    /// One sentence for a caption that says which model a chart shows, and how far its figures reach: the demo model's
    /// illustrate the method and are no evidence about BERT.
    /// </summary>
    /// <param name="model">The model of the chart.</param>
    public static string Caveat(Checkpoint model) => IsDemo(model)
        ? "The demo model is small, and an extra cost in its training made idle heads rest on special tokens: its patterns were asked for."
        : $"Model: {model.Name}.";

    /// <summary>The kit's sentences, one text each (<c>data/texts/sentences.txt</c>).</summary>
    /// <param name="most">At most this many, from the first on.</param>
    /// <exception cref="InputException"><paramref name="most"/> is below 1, or the repository is not found.</exception>
    public static string[] Sentences(int most = int.MaxValue) => most >= 1 ? [.. TextFile.Texts(DataPath(Texts), most)]
        : throw new InputException("Kit.Sentences", null, $"cannot give {most} sentences", "Ask for 1 or more");

    // Outside the repository there is no demo model.
    private static bool IsDemo(Checkpoint model) => (_root ?? FindRoot()) is { } root && string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Folder)), Path.Combine(root, "data", Demo), StringComparison.Ordinal);
}
