using System.Globalization;
using AttentionNotebooks.Benchmarks;

// memory [TEXTS,TEXTS,… [TOKENS]]   peak memory of attn features against the number of texts
if (args is not ["memory", ..])
{
    Console.Error.WriteLine("usage: memory [TEXTS,TEXTS,… [TOKENS]]   (by default 100,1000 texts of 128 tokens)");
    return 2;
}
int[] texts = [.. (args.ElementAtOrDefault(1) ?? "100,1000").Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
await MemoryHarness.Run(texts, int.Parse(args.ElementAtOrDefault(2) ?? "128", CultureInfo.InvariantCulture));
return 0;
