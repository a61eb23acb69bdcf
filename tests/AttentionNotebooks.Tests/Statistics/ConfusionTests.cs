using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace AttentionNotebooks.Tests.Statistics;

/// <summary>GLUE's measures: by hand, as a correlation of plain numbers, and as scikit-learn gives them (Golden/make.py).</summary>
public class ConfusionTests
{
    private static readonly JsonElement[] Golden =
        [.. JsonDocument.Parse(File.ReadAllBytes(
            Repository.Path("tests", "AttentionNotebooks.Tests", "Statistics", "Golden", "golden.json"))).RootElement.EnumerateArray()];

    public static TheoryData<string> Cases => [.. Golden.Select(c => c.GetProperty("name").GetString()!)];

    [Fact]
    public void By_hand()
    {
        // True class 1: 6 predicted right, 1 missed. True class 0: 2 taken for 1, 3 predicted right.
        var confusion = Confusion.Of([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0], 2);
        Assert.Equal((6, 1, 2, 3), (confusion[1, 1], confusion[1, 0], confusion[0, 1], confusion[0, 0]));
        Assert.Equal(9 / 12.0, confusion.Accuracy.Value, 1e-15);
        Assert.Equal(12 / 15.0, confusion.F1, 1e-15);                                       // 2·6 / (2·6 + 2 + 1)
        Assert.Equal(16 / Math.Sqrt(8 * 7 * 5 * 4), confusion.Matthews, 1e-15);            // (6·3 − 2·1) / √((6+2)(6+1)(3+2)(3+1))
    }

    [Theory, MemberData(nameof(Cases))]
    public void As_scikit_learn_gives_them(string name)
    {
        var c = Golden.Single(x => x.GetProperty("name").GetString() == name);
        int[] Labels(string key) => [.. c.GetProperty(key).EnumerateArray().Select(l => l.GetInt32())];
        int classes = c.GetProperty("classes").GetInt32();
        var confusion = Confusion.Of(Labels("gold"), Labels("told"), classes);
        for (int g = 0; g < classes; g++)
            for (int t = 0; t < classes; t++) Assert.Equal(c.GetProperty("confusion")[g][t].GetInt32(), confusion[g, t]);
        Assert.Equal(c.GetProperty("accuracy").GetDouble(), confusion.Value(ClassificationMetric.Accuracy), 1e-12);
        Assert.Equal(c.GetProperty("matthews").GetDouble(), confusion.Value(ClassificationMetric.Matthews), 1e-12);
        if (classes == 2) Assert.Equal(c.GetProperty("f1").GetDouble(), confusion.Value(ClassificationMetric.F1), 1e-12);
        else Assert.Throws<InvalidOperationException>(() => confusion.F1);
    }

    [Fact]
    public void Matthews_of_two_classes_is_the_correlation_of_zeros_and_ones()
    {
        var answers = Gen.Choose(0, 1).ListOf(24).Select(l => l.ToArray()).ToArbitrary(); // 12 true classes, 12 predicted
        Prop.ForAll(answers, labels =>
        {
            double matthews = Confusion.Of(labels[..12], labels[12..], 2).Matthews;
            double[] gold = [.. labels[..12].Select(l => (double)l)], predicted = [.. labels[12..].Select(l => (double)l)];
            double correlation = RankCorrelation.Pearson(gold, predicted);
            return Math.Abs(matthews - (double.IsNaN(correlation) ? 0 : correlation)) < 1e-12;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_interval_holds_the_truth_about_as_often_as_it_says()
    {
        // 60 items of which the truth is 70 % right: of 200 samples about 95 % have an interval around it.
        var random = new Random(3);
        int held = Enumerable.Range(0, 200).Count(s =>
        {
            int[] gold = [.. Enumerable.Range(0, 60).Select(_ => random.Next(2))],
                predicted = [.. gold.Select(g => random.NextDouble() < 0.7 ? g : 1 - g)];
            var interval = Confusion.Measure(ClassificationMetric.Accuracy, gold, predicted, 2, draws: 300, seed: s);
            return interval.Low <= 0.7 && 0.7 <= interval.High;
        });
        Assert.InRange(held, 178, 199);
    }

    [Fact]
    public void A_change_is_paired()
    {
        var random = new Random(5);
        int[] gold = [.. Enumerable.Range(0, 200).Select(_ => random.Next(2))],
            one = [.. gold.Select(g => random.NextDouble() < 0.7 ? g : 1 - g)];
        // The other differs in ten items, all of them now right: its own interval is wide, that of the change is not.
        int[] wrong = [.. Enumerable.Range(0, 200).Where(i => one[i] != gold[i]).Take(10)], other = [.. one];
        foreach (int i in wrong) other[i] = gold[i];
        var change = Confusion.Change(ClassificationMetric.Accuracy, gold, other, one, 2);
        Assert.Equal(0.05, change.Value, 1e-12);
        Assert.InRange(change.Low, 0.01, 0.05);
        var alone = Confusion.Measure(ClassificationMetric.Accuracy, gold, other, 2);
        Assert.True(change.High - change.Low < 0.6 * (alone.High - alone.Low));
        Assert.Equal((0, 0, 0), Confusion.Change(ClassificationMetric.Matthews, gold, one, one, 2) is var none
            ? (none.Value, none.Low, none.High) : default);
    }

    [Fact]
    public void No_item_and_lists_of_different_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Confusion.Measure(ClassificationMetric.Accuracy, [], [], 2));
        Assert.Throws<ArgumentException>(() => Confusion.Of([0], [], 2));
        Assert.Throws<ArgumentException>(() => Confusion.Change(ClassificationMetric.Accuracy, [0, 1], [0, 1], [0], 2));
    }
}
