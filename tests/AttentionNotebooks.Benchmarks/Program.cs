using System.Globalization;
using AttentionNotebooks.Benchmarks;

// memory [TEXTS,TEXTS,… [TOKENS]]   peak memory of attn features against the number of texts
// anything else goes to BenchmarkDotNet: --list flat shows the micro-benchmarks
if (args is ["memory", ..])
{
    int[] texts = [.. (args.ElementAtOrDefault(1) ?? "100,1000").Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
    await MemoryHarness.Run(texts, int.Parse(args.ElementAtOrDefault(2) ?? "128", CultureInfo.InvariantCulture));
}
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(MemoryHarness).Assembly).Run(args);
