namespace AttentionNotebooks.Tests;

/// <summary>What the notebooks say of the real all-MiniLM-L6-v2 and do not compute on their pages.</summary>
public class RealMiniLmTaskTests
{
    private const double Digits = 5e-4;

    [Fact] // notebook 06, section 1
    public void Among_all_five_candidates_it_finds_the_paraphrase_no_better_than_by_chance()
    {
        using var model = RealMiniLmTests.Model();
        var task = new Retrieval(model, RetrievalSet.Read(Kit.DataPath("tasks/paraphrases.tsv")));
        var figures = task.Measure();
        Assert.Equal((400, 5, 0.2), (task.Count, task.Candidates, figures.ChanceFirst));
        Assert.Equal(71 / 400.0, figures.First.Value, 1e-12);
        Assert.Equal((0.145, 0.218), (Math.Round(figures.First.Low, 3), Math.Round(figures.First.High, 3)));
    }

    [Fact] // notebook 07, answer to 1
    public void The_head_that_rests_on_CLS_most_is_needed_there()
    {
        using var model = RealMiniLmTests.Model();
        var sentences = Kit.Sentences(24);
        var bench = new CalibrationBench(model, sentences, Kit.Task(model, 24));
        double Cls() => bench.Bert.Attention(sentences).Extract([TokenFeatures.Cls])[new Head(4, 5), "cls"];
        var top = bench.Bert.Attention(sentences).Extract([TokenFeatures.Cls]).Highest("cls")[0];
        Assert.Equal(("4-5", 0.86), (top.Head.ToString(), Math.Round(top.Value, 2)));
        Assert.Equal(0.202, bench.Loss, Digits);
        bench.Set(top.Head, new HeadCalibration(SpecialBias: -5));
        Assert.Equal(0.07, Cls(), 5e-3);
        Assert.Equal(0.236, bench.Loss, Digits);
        bench.Undo();
        bench.Set(top.Head, new HeadCalibration(SpecialBias: -10));
        Assert.Equal(0, Cls(), 5e-3);
        Assert.Equal(0.275, bench.Loss, Digits);
    }
}
