using System.Globalization;
using AttentionNotebooks.Fuzz;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1]
    : otherwise;
int cases = int.Parse(Option("--cases", "10000")), seed = int.Parse(Option("--seed", "1")), from = int.Parse(Option("--from", "0"));
string wanted = Option("--target", ""), folder = Option("--out", Path.Combine(Path.GetTempPath(), "attention-notebooks-findings"));
var targets = Targets.All.Where(t => t.Name.StartsWith(wanted, StringComparison.Ordinal)).ToList();
if (targets.Count == 0)
{
    Console.Error.WriteLine($"--target {wanted}: there is no such target. Known: {string.Join(", ", Targets.All.Select(t => t.Name))}.");
    return 2;
}
int findings = 0;
Console.WriteLine($"{"target",-18}{"cases",8}{"accepted",10}{"refused",9}{"placed",8}{"other",7}{"slowest ms",12}{"most MiB",10}");
foreach (var target in targets)
{
    var result = new FuzzRun(seed, wholeProcess: true).Run(target, cases, from);
    Console.WriteLine(
        $"{target.Name,-18}{result.Cases,8}{result.Accepted,10}{result.Refused,9}{result.Placed,8}"
        + $"{result.Findings.Count,7}{result.Slowest.TotalMilliseconds,12:0.0}{result.MostBytes / 1048576.0,10:0.0}");
    foreach (var group in result.Findings.GroupBy(f => f.Problem.Split(':')[0] + f.Problem.Split(" in ")[0].Split(" at ").Last()).Take(20))
    {
        Directory.CreateDirectory(folder);
        var smallest = group.MinBy(f => f.Bytes.Length)!;
        string file = Path.Combine(folder, $"{target.Name}-seed{seed}-case{smallest.Number}-{target.File}");
        File.WriteAllBytes(file, smallest.Bytes);
        Console.WriteLine($"  {group.Count()} × case {smallest.Number}: {smallest.Problem}\n    {file}");
    }
    findings += result.Findings.Count;
}
return findings > 0 ? 1 : 0;
