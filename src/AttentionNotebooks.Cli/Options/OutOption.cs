using System.CommandLine;

namespace AttentionNotebooks.Cli.Options;

/// <summary>A file or a folder that a verb writes; <see cref="Verbs.LongWork"/> checks before the work that it can be written.</summary>
internal class OutOption : Option<string>
{
    public OutOption(string description, string helpName, string name = "--out", bool required = true) : base(name)
    {
        Description = description;
        HelpName = helpName;
        Required = required;
    }
}

/// <summary>A file that a verb writes in the format that its name ends with; other endings are refused before the work.</summary>
internal sealed class OutFile : OutOption
{
    public const string Csv = ".csv", Parquet = ".parquet", Npz = ".npz", Json = ".json", Markdown = ".md", Html = ".html";

    /// <summary>The endings of a table of heads.</summary>
    public static readonly string[] HeadTable = [Csv, Parquet, Npz];

    /// <param name="description">What is written.</param>
    /// <param name="helpName">An example of its name.</param>
    /// <param name="endings">What its name may end with; a name without an ending is taken as well.</param>
    /// <param name="name">The option.</param>
    /// <param name="required">Whether it must be given.</param>
    /// <param name="anyWith">An option that makes the file one of another kind, of any name.</param>
    public OutFile(string description, string helpName, string[] endings, string name = "--out", bool required = true,
        Option? anyWith = null) : base(description, helpName, name, required) =>
        Validators.Add(r =>
        {
            if (r.Tokens is not [.., var token] || (anyWith is not null && r.GetResult(anyWith) is { Implicit: false })) return;
            string ending = Path.GetExtension(token.Value).ToLowerInvariant();
            if (ending.Length > 0 && !endings.Contains(ending))
                r.AddError($"{name} '{token.Value}': cannot be written as {ending}. Choose a name that ends in "
                    + $"{string.Join(" or ", endings)}.");
        });

    /// <summary>A file that is written beside the main one, if it is named.</summary>
    public static OutFile Also(string name, string description, string helpName, string ending) => new(description, helpName, [ending],
        name, required: false);
}
