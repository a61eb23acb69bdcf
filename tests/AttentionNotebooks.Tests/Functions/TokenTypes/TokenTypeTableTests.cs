using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>The files of <c>attn token-types</c>, and the intervals of <c>attn features</c>: written and read in the library.</summary>
public sealed class TokenTypeTableTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Shares_that_are_written_are_read_again()
    {
        var shares = TokenTypeShares.Measure(Corpus.Source(), TokenTypes.Offsets);
        TokenTypeTable.Write(shares, _folder["t.csv"]);
        var rows = TokenTypeTable.Read(_folder["t.csv"]);
        Assert.Equal(shares.Types.SelectMany(t => shares.ByHead(t.Name)), rows.Select(r => r.Share.Value));
        Assert.Equal(shares.Types.SelectMany(t => shares.RatioByHead(t.Name)), rows.Select(r => r.Ratio));
        Assert.All(rows, r => Assert.True(r.Share.Low <= r.Share.Value && r.Share.Value <= r.Share.High));
    }

    [Fact]
    public void What_attention_is_driven_by_is_read_again_with_numbers_that_are_not_known()
    {
        var shares = PositionAndContent.Measure(Corpus.Source());
        shares = shares with { Low = [.. shares.Low.Select((v, i) => i == 0 ? double.NaN : v)] };
        PositionTable.Write(shares, _folder["p.csv"]);
        var read = PositionTable.Read(_folder["p.csv"]);
        Assert.Equal(shares.Grid, read.Grid);
        double[][] All(PositionShares s) => [s.Specials, s.Offset, s.Content, s.KeyPosition, s.Low, s.High, s.FromUniform];
        Assert.Equal(All(shares), All(read));
    }

    [Fact]
    public void Intervals_that_are_written_are_read_again()
    {
        var values = Corpus.Source().Record([DistanceFeatures.MeanDistance, ConcentrationFeatures.Entropy]);
        IntervalTable.Write(values, _folder["i.csv"], seed: 3);
        var rows = IntervalTable.Read(_folder["i.csv"]);
        Assert.Equal(values.Intervals(seed: 3).SelectMany(i => i.Low.Zip(i.High)), rows.Select(r => (r.Mean.Low, r.Mean.High)));
        Assert.Equal(values.ToTable().Column("mean_distance"), rows.Where(r => r.Feature == "mean_distance").Select(r => r.Mean.Value));
    }

    [Fact]
    public void Distances_that_are_written_are_read_again()
    {
        var distances = Corpus.Source().Distances(HeadDistance.JensenShannon);
        HeadDistanceFile.Write(distances, _folder["d.npz"]);
        Assert.Equal(distances, HeadDistanceFile.Read(_folder["d.npz"]));
        Assert.Contains("entry distances: is missing", Assert.Throws<InputException>(() =>
        {
            MeanMaps.Compute(Corpus.Source(), 3).Write(_folder["m.npz"]);
            return HeadDistanceFile.Read(_folder["m.npz"]);
        }).Message);
    }

    public void Dispose() => _folder.Dispose();
}
