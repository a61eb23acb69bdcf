using System.CommandLine;

namespace AttentionNotebooks.Cli.Options;

/// <summary>The options that say which model runs, in which number format and on which device. They mean the same in every verb.</summary>
internal sealed class ModelOptions
{
    private const string Layout = "A model folder in Hugging Face layout or with model.onnx, or the name of an encoder that came with the "
        + "build (all-MiniLM-L6-v2).";

    private readonly Option<string> _folder;
    private readonly Option<string>? _precision, _device;

    /// <param name="needs">What else the model must have, for the help.</param>
    /// <param name="required">Whether the verb works with a model only.</param>
    /// <param name="fullPrecisionOnly">Whether the verb computes in float32 on the CPU only.</param>
    public ModelOptions(string? needs = null, bool required = true, bool fullPrecisionOnly = false)
    {
        _folder = Folder(needs is null ? Layout : $"{Layout} It must have {needs}.", required);
        if (fullPrecisionOnly) return;
        _precision = Precision("fp32", "bf16", "fp16");
        _device = Device();
    }

    /// <summary>The folder of a model.</summary>
    public static Option<string> Folder(string description = Layout, bool required = true) =>
        new("--model") { Description = description, HelpName = "DIR", Required = required };

    /// <summary>The number format that a model computes in.</summary>
    public static Option<string> Precision(params string[] formats)
    {
        var precision = new Option<string>("--precision")
        {
            Description = "The number format that the model computes in.",
            DefaultValueFactory = _ => formats[0],
        };
        precision.AcceptOnlyFromAmong(formats);
        return precision;
    }

    /// <summary>The device that a model runs on.</summary>
    public static Option<string> Device()
    {
        var device = new Option<string>("--device")
        {
            Description = "The device that the model runs on.",
            DefaultValueFactory = _ => "cpu",
        };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        return device;
    }

    /// <summary>The format of a value of <see cref="Precision"/>.</summary>
    public static Precision Format(string precision) => Enum.Parse<Precision>(precision, ignoreCase: true);

    public void AddTo(Command command)
    {
        command.Add(_folder);
        if (_precision is null || _device is null) return;
        command.Add(_precision);
        command.Add(_device);
    }

    /// <summary>The model's folder, as it was written; null where none was.</summary>
    public string? Given(System.CommandLine.Parsing.CommandResult parsed) => parsed.GetValue(_folder);

    /// <summary>The model's folder; null where none was given.</summary>
    public string? Given(ParseResult parsed) => parsed.GetValue(_folder);

    /// <summary>Loads the model; the caller disposes it.</summary>
    public Checkpoint Load(ParseResult parsed) => _precision is null || _device is null
        ? Checkpoint.Load(parsed.GetValue(_folder)!)
        : Checkpoint.Load(parsed.GetValue(_folder)!, Precisions.Device(parsed.GetValue(_device)!)).To(Format(parsed.GetValue(_precision)!));

    /// <summary>Loads the model with its classifier; the caller disposes it.</summary>
    public ClassifierCheckpoint LoadClassifier(ParseResult parsed) => _precision is null || _device is null
        ? ClassifierCheckpoint.Load(parsed.GetValue(_folder)!)
        : ClassifierCheckpoint.Load(parsed.GetValue(_folder)!,
            Precisions.Device(parsed.GetValue(_device)!)).To(Format(parsed.GetValue(_precision)!));

    /// <summary>How many passes run at once: one per core, or one on a GPU.</summary>
    public int Threads(ParseResult parsed) => _device is null || parsed.GetValue(_device) == "cpu" ? Environment.ProcessorCount : 1;
}
