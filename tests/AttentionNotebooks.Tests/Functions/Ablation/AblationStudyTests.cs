using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Groups against random groups: a planted head stands out, and where nothing is planted nothing does.</summary>
public class AblationStudyTests
{
    private static readonly HeadGrid Grid = PlantedBert.Grid;

    [Fact]
    public void The_planted_model_does_its_job_and_by_one_head_alone()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model);
        Assert.Equal(1, TaskScores.Evaluate(task).Accuracy.Value);
        var alone = AblationStudy.Run(task, [new("planted", [PlantedBert.Planted])],
            new() { Mode = AblationMode.Zero, OnlyKept = true })[0];
        Assert.Equal(0, alone.Accuracy.Value);
        // Every other head of its layer, kept in its place, leaves the model guessing: eight words and a comma, one right.
        Assert.True(alone.After.Loss < 0.1 && alone.Random!.High > 1.5, $"{alone.After.Loss}, {alone.Random.High}");
    }

    [Theory]
    [InlineData(AblationMode.Uniform), InlineData(AblationMode.Zero), InlineData(AblationMode.Mean)]
    public void Taking_the_planted_head_out_costs_most_whatever_takes_its_place(AblationMode mode)
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model);
        var effects = AblationStudy.Run(task, HeadGroups.Single(Grid),
            new() { Mode = mode, Means = HeadMeans.Compute(model.Model.Bert, 0, task.Texts) });
        var most = effects.MaxBy(e => e.Loss.Value)!;
        Assert.Equal([PlantedBert.Planted], most.Group.Heads);
        Assert.True(most.Loss.Low > 5 * effects.Where(e => e != most).Max(e => Math.Abs(e.Loss.High)),
            string.Join("; ", effects.Select(e => $"{e.Group.Name} {e.Loss}")));
        Assert.True(most.Accuracy.High < -0.1, $"{most.Accuracy}"); // a uniform map still sees the word, among others
        // One head of four: about a quarter of the random heads are the planted one itself.
        Assert.InRange(most.Random!.PMore, 0.04, 0.6);
    }

    [Fact]
    public void A_group_with_the_planted_head_is_beyond_random_groups_of_its_make()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        HeadGroup with = new("with", [new(0, 1), PlantedBert.Planted, new(2, 0)]),
            without = new("without", [new(0, 1), new(1, 0), new(2, 0)]);
        var effects = AblationStudy.Run(PlantedBert.Task(model), [with, without], new() { Mode = AblationMode.Zero, RandomGroups = 99 });
        // One draw in four holds the planted head too, and costs as much; the others cost nearly nothing.
        Assert.True(effects[0].Loss.Value > 3);
        Assert.InRange(effects[0].Random!.Losses.Count(l => l > 3), 15, 35);
        Assert.InRange(effects[0].Random!.Losses.Count(l => l < 1), 64, 84);
        Assert.InRange(effects[0].Random!.PMore, 0.01, 0.4);
        Assert.InRange(effects[1].Random!.PMore, 0.15, 1); // the draws with the planted head alone are a quarter
        Assert.All(effects, e => Assert.InRange(e.Random!.Adjusted, e.Random.PMore, 1));
    }

    [Fact]
    public void Groups_are_corrected_together_by_the_one_that_is_farthest_out_in_each_draw()
    {
        RandomEffects Random(params double[] losses) => new(losses, losses, double.NaN, double.NaN, double.NaN, 99);
        double[] even = [.. Enumerable.Range(0, 40).Select(i => Math.Sin(i))];
        // Far beyond its random groups, however many others there are; in the midst of them; and with nothing to compare it with.
        double[] adjusted = AblationStudy.Adjusted([50, 0.1, 3, 0], [Random([.. even.Select(x => 10 * x)]), Random(even), null,
            Random(even)], onlyKept: false);
        Assert.Equal(1 / 41.0, adjusted[0], 1e-12);
        Assert.True(adjusted[1] > 0.3 && double.IsNaN(adjusted[2]) && adjusted[3] > 0.3, string.Join(' ', adjusted));
        // Kept alone, a group matters where the loss rises less.
        Assert.Equal([1 / 41.0, 1], AblationStudy.Adjusted([-5, 5], [Random(even), Random([.. even.Select(x => -x)])], onlyKept: true)
            .Select(p => Math.Round(p, 12)), (a, b) => Math.Abs(a - b) < 1e-9);

        // Under the null the groups are draws like the others.
        int rejected = 0;
        for (int run = 0; run < 1000; run++)
        {
            var random = new Random(run);
            double[][] draws = [.. Enumerable.Range(0, 4).Select(g => Enumerable.Range(0, 41)
                .Select(_ => Math.Exp(g * random.NextDouble())).ToArray())];
            double[] p = AblationStudy.Adjusted([.. draws.Select(d => d[0])], [.. draws.Select(d => Random(d[1..]))], false);
            if (p.Min() < 0.05) rejected++;
        }
        Assert.InRange(rejected, 27, 74); // 2 of 41 runs expected, 49; outside has a chance of one in a thousand
    }

    [Fact]
    public void What_could_not_be_found_is_said_with_a_remedy_that_works()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 6);
        // One head of four has three others: no number of draws helps.
        Assert.Equal("Nothing could be found here: no group has more than 3 others of its make, so that no p-value can be below 0.250 "
            + "by more than luck. Take groups of several heads, but not of nearly whole layers.",
            AblationStudy.TooFewGroups(AblationStudy.Run(task, HeadGroups.Single(Grid))));
        // All heads, one by one, among all heads: there are enough others, but the largest of them is the same in every shuffling.
        Assert.StartsWith("Nothing could be found here after the correction: all heads are asked about", AblationStudy.TooFewGroups(
            [.. Alone(30, others: 29)]), StringComparison.Ordinal);
        Assert.Null(AblationStudy.TooFewGroups([.. Alone(10, others: 29)]));
        HeadGroup half = new("half", [.. Grid.All().Where(h => h.Index < 2)]), other = new("other", [.. Grid.All().Except(half.Heads)]);
        Assert.Null(AblationStudy.TooFewGroups(AblationStudy.Run(task, [half, other])));
        Assert.Equal("Nothing could be found here: with 10 random groups no p-value can be below 0.091. Set RandomGroups to 20 or more.",
            AblationStudy.TooFewGroups(AblationStudy.Run(task, [half, other], new() { RandomGroups = 10 })));
        Assert.Null(AblationStudy.TooFewGroups(AblationStudy.Run(task, [half, other], new() { RandomGroups = 20 })));
        Assert.Null(AblationStudy.TooFewGroups(AblationStudy.Run(task, [half], new() { RandomGroups = 0 })));
    }

    [Fact]
    public void With_random_weights_groups_lie_within_random_groups_and_p_values_are_even()
    {
        using var folder = new TestFolder();
        var grid = new HeadGrid(4, 6);
        var p = new List<double>();
        int inside = 0;
        for (int seed = 1; seed <= 6; seed++)
        {
            using (var random = BertFixtures.Model(BertFixtures.Config(layers: 4, heads: 6, size: 24), seed))
                Checkpoint.Save(folder[$"{seed}"], random, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
            using var model = Checkpoint.Load(folder[$"{seed}"]);
            var task = new MaskedWords(model, ["the cat sat", "a dog played, the cat sat", "the dog playing", "a cat, a dog"], seed,
                rate: 0.4);
            Head[] shuffled = [.. grid.All()];
            new Random(seed).Shuffle(shuffled);
            var effects = AblationStudy.Run(task, [.. shuffled.Chunk(6).Select((heads, i) => new HeadGroup($"{i}", heads))],
                new() { RandomGroups = 39, Seed = seed });
            p.AddRange(effects.Select(e => e.Random!.PMore));
            inside += effects.Count(e => e.Loss.Value >= e.Random!.Low && e.Loss.Value <= e.Random.High);
        }
        Assert.Equal(24, p.Count);
        Assert.InRange(inside, 20, 24);
        Assert.InRange(p.Average(), 0.35, 0.65);
        Assert.InRange(p.Count(x => x <= 0.05), 0, 3); // 1.2 expected; four or more would come by chance once in thirty
    }

    [Fact]
    public void The_change_is_per_question_and_its_interval_is_that_of_drawing_items_again()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = new MaskedWords(model, ["the cat sat", "a dog", "the dog sat , the cat sat", "sat", "the cat play"], rate: 0.5);
        var effect = AblationStudy.Run(task, [new("planted", [PlantedBert.Planted])], new() { Mode = AblationMode.Zero, Seed = 5 })[0];
        double[] changes = [.. effect.After.Losses.Zip(effect.Before.Losses, (a, b) => a - b)];
        Assert.Equal(effect.After.Loss - effect.Before.Loss, effect.Loss.Value, 1e-9);
        Assert.Equal(effect.After.Accuracy.Value - effect.Before.Accuracy.Value, effect.Accuracy.Value, 1e-9);

        // The same draws, written out.
        var random = new Random(5);
        var drawn = new List<double>();
        for (int d = 0; d < Bootstrap.DefaultDraws; d++)
        {
            int[] items = [.. Enumerable.Range(0, 5).Select(_ => random.Next(5))];
            drawn.Add(items.Sum(i => changes[i]) / items.Sum(i => effect.Before.Targets[i]));
        }
        drawn.Sort();
        Assert.Equal(drawn[24] + 0.975 * (drawn[25] - drawn[24]), effect.Loss.Low, 1e-9); // the 2.5 % point of 1,000: at 24.975
        Assert.Equal(drawn[974] + 0.025 * (drawn[975] - drawn[974]), effect.Loss.High, 1e-9);
    }

    [Fact]
    public void Random_groups_take_as_many_heads_from_every_layer_and_every_head_is_drawn()
    {
        var grid = new HeadGrid(3, 5);
        Head[] group = [new(0, 0), new(0, 4), new(2, 1)];
        var draws = RandomGroups.Like(grid, group, 500, seed: 1);
        Assert.All(draws, d => Assert.Equal((2, 0, 1),
            (d.Count(h => h.Layer == 0), d.Count(h => h.Layer == 1), d.Count(h => h.Layer == 2))));
        Assert.All(draws, d => Assert.Equal(3, d.Distinct().Count()));
        // Each head of layer 0 in two of five draws, each of layer 2 in one of five.
        Assert.All(grid.All().Where(h => h.Layer == 0), h => Assert.InRange(draws.Count(d => d.Contains(h)), 160, 240));
        Assert.All(grid.All().Where(h => h.Layer == 2), h => Assert.InRange(draws.Count(d => d.Contains(h)), 65, 135));
        // Two of five, and one of five.
        Assert.Equal((50, 455), (RandomGroups.Count(grid, group), RandomGroups.Count(grid, group, GroupMatch.Size)));
        // Draws of groups that share no head share none.
        Head[] rest = [.. grid.All().Except(group)];
        Assert.All(draws.Zip(RandomGroups.Like(grid, rest, 500, seed: 1)), d =>
            Assert.Equal(grid.All(), d.First.Concat(d.Second).OrderBy(grid.PositionOf)));
        Assert.All(RandomGroups.Like(grid, group, 50, 1, GroupMatch.Size), d => Assert.Equal(3, d.Distinct().Count()));
        Assert.Contains(RandomGroups.Like(grid, group, 50, 1, GroupMatch.Size), d => d.Any(h => h.Layer == 1));
    }

    [Fact]
    public void A_whole_layer_has_no_other_of_its_make_but_others_of_its_size()
    {
        var layer = HeadGroups.Layers(Grid)[1];
        Assert.Empty(RandomGroups.Like(Grid, layer.Heads, 20, 1));
        Assert.Equal(20, RandomGroups.Like(Grid, layer.Heads, 20, 1, GroupMatch.Size).Count);
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 6);
        Assert.Null(AblationStudy.Run(task, [layer])[0].Random);
        Assert.Null(AblationStudy.Run(task, [HeadGroups.Single(Grid)[0]], new() { RandomGroups = 0 })[0].Random);
        Assert.Equal(AblationOptions.DefaultRandomGroups,
            AblationStudy.Run(task, [layer], new() { Match = GroupMatch.Size })[0].Random!.Losses.Length);
    }

    [Fact]
    public void What_a_group_is_compared_with_does_not_depend_on_the_groups_beside_it_and_the_seed_decides()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 6);
        HeadGroup a = new("a", [new(0, 1), new(1, 1)]), b = new("b", [new(2, 0), new(1, 1)]);
        double[] Random(int seed, params HeadGroup[] groups) =>
            AblationStudy.Run(task, groups, new() { Seed = seed }).Single(e => e.Group == a).Random!.Losses;
        Assert.Equal(Random(1, a), Random(1, b, a));
        Assert.NotEqual(Random(1, a), Random(2, a));
    }

    [Fact]
    public void Clusters_are_read_and_what_does_not_fit_the_model_is_named()
    {
        using var folder = new TestFolder();
        const string Good = "layer,head,cluster,name\n0,1,1,broad\n0,0,0,[CLS], and more\n1,0,0,[CLS], and more\n1,1,1,broad\n";
        var grid = new HeadGrid(2, 2);
        var groups = HeadGroups.Read(folder.Write("good.csv", Good), grid);
        Assert.Equal(["0 [CLS], and more", "1 broad"], groups.Select(g => g.Name));
        Assert.Equal([new(0, 0), new(1, 0)], groups[0].Heads);
        Assert.Equal("1 broad", HeadGroups.Select(groups, ["1"]).Single().Name);
        Assert.Contains("Known: 0 [CLS], and more, 1 broad", Assert.Throws<InputException>(() => HeadGroups.Select(groups, ["2"])).Message);
        Assert.Contains("Did you mean 1 broad?", Assert.Throws<InputException>(() => HeadGroups.Select(groups, ["1 brod"])).Message);

        void Fails(string naming, string text, HeadGrid? model = null) =>
            Assert.Contains(naming, Assert.Throws<InputException>(() =>
                HeadGroups.Read(folder.Write("bad.csv", text), model ?? grid)).Message);
        Fails("is of 2 × 2 heads, and the model has 2 × 3", Good, new HeadGrid(2, 3));
        Fails("is of 2 × 2 heads, and the model has 2 × 1", Good, new HeadGrid(2, 1));
        Fails("line 2: names head 0-1, which is outside the 2 × 1", Good.Replace("1,1,1,broad\n", ""), new HeadGrid(2, 1));
        Fails("3 of the 4 heads", Good.Replace("1,1,1,broad\n", ""));
        Fails("a second time", Good + "1,1,1,broad\n");
        Fails("line 1", "layer,head,k\n");
        Fails("\"x\" where a number", Good.Replace("1,1,1", "1,1,x"));
        Fails("line 5: calls cluster 1 \"else\"", Good.Replace("1,1,1,broad", "1,1,1,else"));
        Fails("line 2: has 3 fields", "layer,head,cluster,name\n0,1,1\n");
        Fails("is empty", "");
        Fails("holds no head", "layer,head,cluster,name\n");
    }

    [Fact]
    public void Groups_that_are_none_are_refused()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 4);
        Assert.Throws<InputException>(() => AblationStudy.Run(task, []));
        Assert.Contains("\"none\"", Assert.Throws<InputException>(() => AblationStudy.Run(task, [new("none", [])])).Message);
        Assert.Contains("3-0", Assert.Throws<InputException>(() => AblationStudy.Run(task, [new("foreign", [new(3, 0)])])).Message);
    }

    // Effects of single heads of 30, compared with 40 draws.
    private static IEnumerable<AblationEffect> Alone(int heads, double others) => new HeadGrid(5, 6).All().Take(heads).Select(h =>
        new AblationEffect(new HeadGroup($"{h}", [h]), AblationMode.Zero, false, null!, null!, default, default,
            new RandomEffects(new double[40], new double[40], 0.5, 0.5, 1, others)));
}
