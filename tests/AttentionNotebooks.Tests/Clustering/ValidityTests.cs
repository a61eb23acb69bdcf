namespace AttentionNotebooks.Tests.Clustering;

/// <summary>Validity indices against values worked out by hand.</summary>
public class ValidityTests
{
    private static readonly double[][] Line = [[0], [2], [10], [12], [14]];
    private static readonly int[] Labels = [0, 0, 1, 1, 1];

    [Fact]
    public void Silhouettes()
    {
        // Point 0: a = 2, b = (10 + 12 + 14)/3 = 12. Point 3: a = 2, b = (12 + 10)/2 = 11.
        double[] s = Validity.Silhouettes(Line, Labels);
        Assert.Equal((12 - 2) / 12.0, s[0], 1e-12);
        Assert.Equal((11 - 2) / 11.0, s[3], 1e-12);
    }

    [Fact]
    public void A_point_alone_has_silhouette_0() => Assert.Equal(0, Validity.Silhouettes([[0], [5], [6]], [0, 1, 1])[0]);

    [Fact]
    public void Calinski_Harabasz()
    {
        // Means 1 and 12, overall 7.6: between 2·6.6² + 3·4.4² = 145.2; within 2 + 8 = 10.
        Assert.Equal(145.2 / (10 / 3.0), Validity.CalinskiHarabasz(Line, Labels), 1e-9);
    }

    [Fact]
    public void Davies_Bouldin() => Assert.Equal((1 + 4 / 3.0) / 11, Validity.DaviesBouldin(Line, Labels), 1e-12);

    [Theory]
    [InlineData(new[] { 0, 0, 1, 1 }, new[] { 1, 1, 0, 0 }, 1)]       // the same partition, other numbers
    [InlineData(new[] { 0, 0, 1, 1 }, new[] { 0, 1, 0, 1 }, -0.5)]
    [InlineData(new[] { 0, 0, 0, 1, 1, 1 }, new[] { 0, 0, 1, 1, 2, 2 }, 0.24242424242424243)]
    public void Adjusted_Rand(int[] a, int[] b, double expected) => Assert.Equal(expected, Validity.AdjustedRand(a, b), 1e-12);

    [Fact]
    public void Adjusted_Rand_of_shuffled_labels_is_0_on_average()
    {
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 4)];
        Assert.Equal(0, Enumerable.Range(0, 400).Average(_ => Validity.AdjustedRand(labels, [.. labels.OrderBy(_ => random.Next())])),
            0.01);
    }

    [Fact]
    public void Adjusted_Rand_over_draws_leaves_out_pairs_of_a_point_with_itself()
    {
        int[] a = [0, 0, 1, 1, 2], b = [0, 1, 1, 1, 0];
        Assert.Equal(Validity.AdjustedRand(a, b), Validity.AdjustedRand(a, b, [1, 1, 1, 1, 1]), 1e-12);
        // Pair by pair, each as often as its points were drawn.
        int[] times = [2, 1, 3, 0, 1];
        double all = 0, both = 0, ofA = 0, ofB = 0;
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < i; j++)
            {
                double weight = times[i] * times[j];
                all += weight;
                if (a[i] == a[j]) ofA += weight;
                if (b[i] == b[j]) ofB += weight;
                if (a[i] == a[j] && b[i] == b[j]) both += weight;
            }
        Assert.Equal((both - ofA * ofB / all) / ((ofA + ofB) / 2 - ofA * ofB / all), Validity.AdjustedRand(a, b, times), 1e-12);
        Assert.True(double.IsNaN(Validity.AdjustedRand([0, 1], [0, 1], [2, 0]))); // one point, twice: no pair
        // Points that agree in nothing: draws with copies do not lift the interval above the index.
        int[] x = [.. Enumerable.Range(0, 40).Select(i => i / 2)], y = [.. Enumerable.Range(0, 40).Select(i => (i + 1) / 2 % 20)];
        var over = Validity.AdjustedRandOverPoints(x, y, 0);
        Assert.InRange(over.Value, over.Low, over.High);
    }

    [Fact]
    public void The_interval_over_points_holds_the_index_of_endless_points_in_nearly_19_of_20_samples()
    {
        // Two partitions of three groups that agree with probability 0.8.
        double[,] share = { { .4, .05, .05 }, { .03, .24, .03 }, { .02, .02, .16 } };
        double Squares(Func<int, double> of) => Enumerable.Range(0, 3).Sum(i => of(i) * of(i));
        double both = share.Cast<double>().Sum(s => s * s), ofA = Squares(i => share[i, 0] + share[i, 1] + share[i, 2]),
            ofB = Squares(j => share[0, j] + share[1, j] + share[2, j]);
        double truth = (both - ofA * ofB) / ((ofA + ofB) / 2 - ofA * ofB);
        int held = Runs.Of(100, sample =>
        {
            var random = new Random(sample);
            int[] cells = [.. Enumerable.Range(0, 72).Select(_ =>
            {
                double at = random.NextDouble();
                int cell = 0;
                while (cell < 8 && (at -= share[cell / 3, cell % 3]) >= 0) cell++;
                return cell;
            })];
            var found = Validity.AdjustedRandOverPoints([.. cells.Select(c => c / 3)], [.. cells.Select(c => c % 3)], sample);
            Assert.InRange(found.Value, found.Low, found.High);
            return found.Low <= truth && truth <= found.High;
        }).Count(x => x);
        Assert.InRange(held, 89, 100); // fewer than 89 of 95 expected have a probability of 1 %
    }

    [Fact]
    public void One_cluster_has_no_silhouette() =>
        Assert.Contains("Choose k from 2", Assert.Throws<InputException>(() => Validity.Silhouettes(Line, new int[5])).Message);
}
