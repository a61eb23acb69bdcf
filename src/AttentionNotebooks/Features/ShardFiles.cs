namespace AttentionNotebooks;

/// <summary>The files that the shards of one run left, whatever they hold.</summary>
internal static class ShardFiles
{
    /// <summary>Reads the shards of one run, each once and all of them.</summary>
    /// <param name="files">The files, in any order.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="place">Which run a state is of, which shard it is, and of how many.</param>
    /// <param name="what">What runs differ in beside model, texts and number of shards.</param>
    /// <param name="again">How to make a shard that is missing.</param>
    /// <param name="check">Refuses a state that cannot be merged.</param>
    /// <returns>The states, shard 0 first.</returns>
    /// <exception cref="InputException">A file is broken, of another run, given twice or missing.</exception>
    public static (string File, T State)[] OfOneRun<T>(IReadOnlyList<string> files, Func<string, T> read,
        Func<T, (string Run, int Shard, int Shards)> place, string what, string again, Action<string, T>? check = null)
    {
        if (files.Count == 0) throw new InputException("the list of shards", null, "is empty", "Name the files that the shards wrote");
        var states = files.Select(f => (File: f, State: read(f))).OrderBy(s => place(s.State).Shard).ToArray();
        var (run, _, shards) = place(states[0].State);
        foreach (var (file, state) in states)
        {
            if (place(state).Run != run || place(state).Shards != shards)
                throw new InputException(file, null,
                    $"is of another run than {states[0].File} (other model, texts, {what} or number of shards)",
                        "Merge the shards of one run");
            check?.Invoke(file, state);
        }
        for (int s = 0; s < shards; s++)
        {
            string[] own = [.. states.Where(x => place(x.State).Shard == s).Select(x => x.File)];
            if (own.Length > 1) throw new InputException(own[1], null, $"is shard {s}, as {own[0]} is", "Name each shard once");
            if (own.Length == 0)
                throw new InputException("shards", null, $"shard {s} of {shards} is missing", $"{again}: --shard {s}/{shards}");
        }
        return states;
    }
}
