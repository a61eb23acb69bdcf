using AttentionNotebooks.Tests.Functions;
using AttentionNotebooks.Tests.Training;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>Curves of heads taken out: by hand, on a model in which one head does the job, and on scores whose areas can be worked
/// out.</summary>
[Collection(TrainingCollection.Name)] // several passes at once, each on one thread
public sealed class PruningTests
{
    [Fact]
    public void Heads_are_taken_out_least_important_first()
    {
        using var bert = new RandomBert();
        var test = TaskPart.Of(new MaskedWords(bert.Model, RandomBert.Texts), [1, 2, 4, 5, 7, 8, 11]);
        var curve = PruningCurve.Measure(bert.Model, test,
            [new HeadColumn("backwards", [.. Enumerable.Range(0, 12).Select(i => (double)-i)])], steps: 4)[0];
        Assert.Equal([0, 3, 6, 9, 12], curve.Removed);
        Assert.Equal(Score(ModelCalibration.Identity(bert.Grid)), curve.Loss[0], 1e-9);
        // By hand, as gates of 0: the last three heads are those of layer 2, 1 to 3.
        Assert.Equal(Score(ModelCalibration.Identity(bert.Grid).With([new(2, 1), new(2, 2), new(2, 3)], h => h with { Gate = 0 })),
            curve.Loss[1], 1e-6);
        Assert.Equal(Score(ModelCalibration.Uniform(bert.Grid, new HeadCalibration(Gate: 0))), curve.Loss[^1], 1e-6);
        Assert.All(curve.Scores, s => Assert.Equal(7, s.Losses.Length)); // the test items alone
        Assert.Throws<InputException>(() => PruningCurve.Measure(bert.Model, test, [new HeadColumn("short", [1, 2])]));
        Assert.Throws<InputException>(() => PruningCurve.Measure(bert.Model, test,
            [new HeadColumn("none", [.. Enumerable.Repeat(double.NaN, 12)])]));

        double Score(ModelCalibration calibration)
        {
            var scores = bert.Model.With(calibration).Score(test.Task, test.Batches);
            return test.Items.Sum(i => scores.Losses[i]) / test.Items.Sum(i => scores.Targets[i]);
        }
    }

    [Fact]
    public void Several_threads_and_shared_passes_change_no_score_and_the_heads_that_stay_can_be_set()
    {
        using var bert = new RandomBert();
        var test = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        var orders = PruningOrders.Random(bert.Grid, 3, seed: 4);
        var together = PruningCurve.Measure(bert.Model, test, orders, steps: 3, threads: 2);
        foreach (var (order, curve) in orders.Zip(together))
        {
            var alone = PruningCurve.Measure(bert.Model, test, [order], steps: 3)[0];
            for (int s = 0; s < curve.Loss.Count; s++) Assert.Equal(alone.Loss[s], curve.Loss[s], 1e-6);
        }
        Assert.Equal(together[0].Loss[^1], together[1].Loss[^1]); // without heads all orders are one
        Assert.Contains(together, c => Math.Abs(c.Loss[1] - together[0].Loss[1]) > 1e-4);

        var set = bert.Everything();
        var calibrated = PruningCurve.Measure(bert.Model, test, [orders[0]], steps: 3, start: set)[0];
        var first = orders[0].Values.Index().OrderBy(x => x.Item).Take(4).Select(x => bert.Grid[x.Index]);
        Assert.Equal(bert.Model.With(set).Score(test.Task).Loss, calibrated.Loss[0], 1e-6);
        Assert.Equal(bert.Model.With(set.With(first, h => h with { Gate = 0 })).Score(test.Task).Loss, calibrated.Loss[1], 1e-5);
    }

    [Fact]
    public void An_order_that_keeps_the_planted_head_to_the_last_keeps_the_loss()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder["model"]);
        var task = PlantedBert.Task(model, items: 40);
        var (learnt, tested) = CalibrationData.Held(task.Count);
        var (measured, test) = (TaskPart.Of(task, learnt), TaskPart.Of(task, tested));
        var grid = PlantedBert.Grid;
        HeadColumn gradient = PruningOrders.By("gradient", model, measured),
            ablation = PruningOrders.By("ablation", model, measured, threads: 2);
        foreach (var order in new[] { gradient, ablation })
            Assert.Equal(grid.PositionOf(PlantedBert.Planted), PruningOrders.Positions(order, grid)[^1]);
        var backwards = new HeadColumn("the wrong way round", [.. ablation.Values.Select(v => -v)]);
        var study = PruningStudy.Run(model, test, [gradient, ablation, backwards], new PruningOptions(Steps: 12, RandomOrders: 39));

        // Eleven of twelve heads are out, and all is as it was; without the twelfth nothing is right.
        foreach (var curve in study.Curves.Take(2))
        {
            Assert.Equal(1, curve.Accuracy[11]);
            Assert.True(curve.Loss[11] < curve.Loss[0] + 0.3 && curve.Loss[12] > curve.Loss[0] + 1, string.Join(' ', curve.Loss));
        }
        Assert.True(study.Curves[2].Loss[1] > study.Curves[2].Loss[0] + 1); // the planted head goes first

        var byGradient = study.Comparisons.Single(c => c.First == gradient.Name && c.Second == PruningStudy.RandomOrders);
        Assert.True(byGradient.Loss.High < 0 && byGradient.Accuracy.Low > 0, byGradient.ToString());
        Assert.True(byGradient.PValue <= 0.2); // a random order keeps the head to the last in one of twelve
        var wrong = study.Comparisons.Single(c => c.First == backwards.Name && c.Second == PruningStudy.RandomOrders);
        Assert.True(wrong.Loss.Low > 0 && wrong.PValue > 0.8, wrong.ToString());
        Assert.True(study.Comparisons.Single(c => c.First == gradient.Name && c.Second == backwards.Name).Loss.High < 0);
        Assert.Equal(3 + 3, study.Comparisons.Count);
    }

    [Fact]
    public void Areas_differences_and_p_values_on_scores_made_by_hand()
    {
        // Two items of one question and one of two. Heads out: 0, 2, 6 of 6, so that the trapezoid weighs the steps 1/6, 1/2, 1/3.
        PruningCurve Curve(string name, double first, double middle, double last) =>
            new(name, [0, 2, 6], [Made(first), Made(middle), Made(last)]);
        TaskScores Made(double loss) => new([loss, loss + 1, 2 * loss], [loss < 2 ? 1 : 0, 1, loss < 2 ? 2 : 0], [1, 1, 2]);
        var good = Curve("good", 1, 1, 4);
        PruningCurve[] random = [Curve("random 0", 1, 3, 4), Curve("random 1", 1, 4, 4), Curve("random 2", 1, 0.5, 4)];
        var study = PruningStudy.Compare([good, Curve("bad", 1, 5, 4)], random);
        // a quarter of a nat a question more: the second item's 1 over four questions
        double Area(double middle) => 1.0 / 6 + middle / 2 + 4.0 / 3 + 0.25;
        Assert.Equal(Area(1), study.Areas[0].Loss.Value, 1e-12);
        Assert.Equal(Area(5), study.Areas[1].Loss.Value, 1e-12);
        Assert.Equal(Area(2.5), study.RandomArea!.Loss.Value, 1e-12);
        // Right: 4 of 4 below 2 nats, else 1 of 4.
        Assert.Equal(4.0 / 6 + 0.25 / 3, study.Areas[0].Accuracy.Value, 1e-12);

        var comparison = study.Comparisons[0];
        Assert.Equal(("good", PruningStudy.RandomOrders), (comparison.First, comparison.Second));
        Assert.Equal(-0.75, comparison.Loss.Value, 1e-12);
        // every item differs alike, a question
        Assert.Equal((-0.75, -0.75), (Math.Round(comparison.Loss.Low, 9), Math.Round(comparison.Loss.High, 9)));
        Assert.Equal(2.0 / 4, comparison.PValue, 1e-12);   // one of three random orders keeps more, and the order is counted too
        Assert.Equal(1, study.Comparisons[1].PValue, 1e-12);
        Assert.Equal([1, 1], study.Comparisons.Take(2).Select(c => c.Holm));
        Assert.Equal(("good", "bad"), (study.Comparisons[2].First, study.Comparisons[2].Second));
        Assert.Equal(-2, study.Comparisons[2].Loss.Value, 1e-12);
        Assert.True(double.IsNaN(study.Comparisons[2].PValue));

        var alone = PruningStudy.Compare([good], []);
        Assert.Null(alone.RandomArea);
        Assert.Empty(alone.Comparisons);
        Assert.Throws<ArgumentException>(() => PruningStudy.Compare([good, good with { Removed = [0, 3, 6] }], []));

        string[] rows = PruningCsv.Of(study).TrimEnd('\n').Split('\n');
        Assert.Equal(1 + 5 * 3, rows.Length);
        Assert.Equal(PruningCsv.Header, rows[0]);
        Assert.StartsWith("good,order,2,1.25,", rows[2]);
        Assert.StartsWith("random 0,random,0,1.25,", rows[7]);
    }

    [Fact]
    public void The_order_by_features_has_no_use_for_a_heads_own_importance()
    {
        var table = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
        string[] features = ["mean_distance", "entropy"];
        double[] importance = [.. table.Column("entropy").Select((e, i) => 2 * e - 0.1 * table.Column("mean_distance")[i])];
        var order = PruningOrders.ByFeatures(table, importance, features);
        Assert.True(RankCorrelation.Spearman(order.Values, importance) > 0.99); // a planted linear law
        Assert.Equal(ImportanceModel.Fit(table, importance, features, permutations: 0, draws: 0).Predicted, order.Values);
        // One head's importance becomes absurd: what is said of that head stays the same, and what is said of others does not.
        double[] absurd = [.. importance];
        absurd[70] += 5;
        var again = PruningOrders.ByFeatures(table, absurd, features);
        Assert.Equal(order.Values[70], again.Values[70], 1e-9);
        Assert.Contains(order.Values.Zip(again.Values), x => Math.Abs(x.First - x.Second) > 0.01);
    }

    [Fact]
    public void A_part_of_a_task_is_a_task_of_its_own()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, RandomBert.Texts);
        var part = TaskPart.Of(task, [3, 0, 9]);
        var whole = TaskScores.Evaluate(task);
        var own = TaskScores.Evaluate(part.AsTask());
        Assert.Equal([0, 3, 9], part.Items);
        Assert.Equal(3, own.Losses.Length);
        for (int i = 0; i < 3; i++) Assert.Equal(whole.Losses[part.Items[i]], own.Losses[i], 1e-5);
        Assert.Equal(part.Items.Select(i => whole.Targets[i]), own.Targets);
    }
}
