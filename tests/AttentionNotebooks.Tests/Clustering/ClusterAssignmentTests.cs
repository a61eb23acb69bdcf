namespace AttentionNotebooks.Tests.Clustering;

/// <summary><c>clusters.csv</c>: written and read in the library.</summary>
public sealed class ClusterAssignmentTests : IDisposable
{
    private const string Good = "layer,head,cluster,name\n0,1,4,broad\n0,0,0,[CLS], and more\n1,0,0,[CLS], and more\n1,1,4,broad\n";
    private readonly TestFolder _folder = new();

    [Fact]
    public void Clusters_that_are_written_are_read_again()
    {
        var clustering = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv")).Cluster(5);
        clustering.Write(_folder["clusters.csv"]);
        var read = ClusterAssignment.Read(_folder["clusters.csv"]);
        Assert.Equal(clustering.Grid, read.Grid);
        Assert.Equal(clustering.Labels, read.Labels);
        Assert.Equal(clustering.Clusters.Select(c => c.Name), read.Names.Values);
        Assert.Equal(clustering.Clusters[2].Heads, read.Heads(2));
        Assert.Equal(HeadGroups.Of(clustering).Select(g => g.Name), HeadGroups.Of(read).Select(g => g.Name));
        read.Write(_folder["again.csv"]);
        Assert.Equal(File.ReadAllText(_folder["clusters.csv"]), File.ReadAllText(_folder["again.csv"]));
    }

    [Fact]
    public void The_numbers_of_a_file_are_kept_and_names_may_hold_commas_with_or_without_quotes()
    {
        foreach (string content in new[] { Good, Good.Replace("[CLS], and more", "\"[CLS], and more\"") })
        {
            var read = ClusterAssignment.Read(_folder.Write("c.csv", content));
            Assert.Equal([0, 4, 0, 4], read.Labels);
            Assert.Equal([(0, "[CLS], and more"), (4, "broad")], read.Names.Select(n => (n.Key, n.Value)));
        }
    }

    [Fact]
    public void Clusters_of_another_model_are_refused_in_one_line()
    {
        string file = _folder.Write("c.csv", Good);
        string message = Assert.Throws<InputException>(() => ClusterAssignment.Read(file, new HeadGrid(12, 12))).Message;
        Assert.Contains("c.csv: is of 2 × 2 heads, and the model has 12 × 12.", message);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(new HeadGrid(2, 2), ClusterAssignment.Read(file, new HeadGrid(2, 2)).Grid);
    }

    public void Dispose() => _folder.Dispose();
}
