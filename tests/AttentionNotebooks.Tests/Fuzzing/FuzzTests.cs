using AttentionNotebooks.Fuzz;

namespace AttentionNotebooks.Tests.Fuzzing;

/// <summary>A short run of the harness (tests/AttentionNotebooks.Fuzz): every broken file is read or refused with its name.</summary>
public class FuzzTests
{
    public static TheoryData<string> Kinds => new(Targets.All.Select(t => t.Name).ToArray());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_broken_file_is_read_or_refused_within_a_second_and_256_MiB(string kind)
    {
        var result = new FuzzRun(seed: 7, wholeProcess: false).Run(Targets.All.Single(t => t.Name == kind), 200);
        Assert.Empty(result.Findings.Select(f => $"case {f.Number}: {f.Problem}"));
        Assert.True(result.Refused > 20, $"only {result.Refused} of 200 were refused: the cases are too tame");
    }
}
