using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Options;

/// <summary>The option that names one part of a run which is split over machines.</summary>
internal static class ShardOption
{
    public static Option<string?> Create()
    {
        var shard = new Option<string?>("--shard")
        {
            Description = "Do the I-th of N parts, counted from 0, and write its sums for attn merge instead of a result.",
            HelpName = "I/N",
        };
        shard.Validators.Add(r =>
        {
            if (Parse(r.GetValueOrDefault<string?>()) is null) r.AddError("--shard takes I/N with I from 0 to N − 1, such as 0/4.");
        });
        return shard;
    }

    public static (int Index, int Count)? Parse(string? text) =>
        text?.Split('/') is [var i, var n] && int.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && index < count ? (index, count) : null;
}
