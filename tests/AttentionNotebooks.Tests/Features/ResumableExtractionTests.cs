namespace AttentionNotebooks.Tests.Features;

/// <summary>Stopping, going on, and putting shards together: always the same table, bit for bit.</summary>
public class ResumableExtractionTests
{
    private static readonly HeadGrid Grid = new(3, 2);
    private static readonly VisitOptions Small = new(TokensPerBatch: 16);

    [Theory]
    [InlineData(0), InlineData(1), InlineData(4), InlineData(7)]
    public void An_extraction_that_was_cancelled_goes_on_to_the_same_table(int batches)
    {
        using var folder = new TestFolder();
        var source = new StopsAfter(Texts(), batches);
        Assert.Throws<OperationCanceledException>(() =>
            ResumableExtraction.Extract(source, StandardFeatures.All, Small, folder["state"], resume: false));
        Assert.Equal(batches, FeatureState.Read(folder["state"]).BatchesDone);
        var resumed = ResumableExtraction.Extract(Texts(), StandardFeatures.All, Small, folder["state"], resume: true);
        Assert.True(resumed.Complete);
        Assert.Equal(Texts().Extract(options: Small).ToCsv(), resumed.Sums.ToTable().ToCsv());
    }

    [Fact]
    public void A_batch_stopped_in_its_middle_does_not_count()
    {
        using var folder = new TestFolder();
        var source = new StopsAfter(Texts(), batches: 2, layers: 1);
        Assert.Throws<OperationCanceledException>(() =>
            ResumableExtraction.Extract(source, StandardFeatures.All, Small, folder["state"], resume: false));
        Assert.Equal(2, FeatureState.Read(folder["state"]).BatchesDone);
    }

    [Fact]
    public void The_state_is_saved_while_the_work_goes_on()
    {
        using var folder = new TestFolder();
        ResumableExtraction.Extract(Texts(), StandardFeatures.All, Small, folder["state"], resume: false, saveEvery: TimeSpan.Zero);
        Assert.True(FeatureState.Read(folder["state"]).Complete);
        Assert.Equal(["state"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void Without_resume_a_state_that_lies_there_is_not_used()
    {
        using var folder = new TestFolder();
        folder.Write("state", "anything");
        Assert.True(ResumableExtraction.Extract(Texts(), StandardFeatures.All, Small, folder["state"], resume: false).Complete);
    }

    [Fact]
    public void The_state_of_another_run_is_refused()
    {
        using var folder = new TestFolder();
        ResumableExtraction.Extract(Texts(), StandardFeatures.All, Small, folder["state"], resume: false, saveEvery: TimeSpan.Zero);
        var error = Assert.Throws<InputException>(() =>
            ResumableExtraction.Extract(Texts(), StandardFeatures.Parse("entropy"), Small, folder["state"], resume: true));
        Assert.Contains("of another run", error.Message);
    }

    [Fact]
    public void Shards_are_merged_in_any_order_to_the_table_of_one_run()
    {
        using var folder = new TestFolder();
        string[] files = [.. Enumerable.Range(0, 3).Select(s => Shard(folder, s, 3))];
        Assert.Equal(Texts().Extract(options: Small).ToCsv(), FeatureState.Merge([files[2], files[0], files[1]]).ToCsv());
    }

    [Fact]
    public void Shards_that_do_not_belong_together_are_refused()
    {
        using var folder = new TestFolder();
        string a = Shard(folder, 0, 3), b = Shard(folder, 1, 3), other = Shard(folder, 1, 2);
        Refused("shard 2 of 3 is missing", a, b);
        Refused("is shard 0, as", a, a, b);
        Refused("of another run", a, other);
        Refused("is not what attn features --shard writes", folder.Write("csv", "{}"));
        Refused("was written by an older version", folder.Write("old", "{\"format\": \"attention-notebooks features 1\"}"));
        Refused("is damaged", folder.Write("cut", File.ReadAllText(a)[..200]));
        Refused("cannot be opened", folder["none"]);
        var state = FeatureState.Read(a);
        (state with { BatchesDone = state.Batches - 1 }).Write(folder["part"]);
        Refused("Finish the shard with --resume", folder["part"], b);

        static void Refused(string problem, params string[] files) =>
            Assert.Contains(problem, Assert.Throws<InputException>(() => FeatureState.Merge(files)).Message);
    }

    [Fact]
    public void A_state_cut_off_or_garbled_anywhere_is_refused()
    {
        using var folder = new TestFolder();
        string whole = File.ReadAllText(Shard(folder, 0, 2));
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            int at = random.Next(whole.Length);
            string broken = i % 2 == 0 ? whole[..at] : whole[..at] + (char)random.Next(32, 127) + whole[(at + 1)..];
            string file = folder.Write("broken", broken);
            try { FeatureState.Read(file); } // a changed digit is still a state
            catch (InputException e) { Assert.Equal(file, e.InputSource); }
        }
    }

    private static string Shard(TestFolder folder, int shard, int shards)
    {
        string file = folder[$"{shard}of{shards}"];
        ResumableExtraction.Extract(Texts(), StandardFeatures.All, Small with { Shard = shard, Shards = shards }, file + ".partial",
            resume: false).Write(file);
        return file;
    }

    private static MapsInMemory Texts()
    {
        int[] lengths = [9, 4, 9, 30, 2, 17, 5, 5, 12, 21, 8, 3, 14, 6];
        return new(Grid, [.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))],
            (t, h) => Maps.Random(lengths[t], 100 * t + 10 * h.Layer + h.Index));
    }

    // Cancels when so many batches, and so many layers of the next, have gone by.
    private sealed class StopsAfter(MapsInMemory inner, int batches, int layers = 0) : IAttentionSource
    {
        public HeadGrid Grid => inner.Grid;

        public IReadOnlyList<AttentionText> Texts => inner.Texts;

        public string Fingerprint => inner.Fingerprint;

        public TextMaps Maps(int text) => inner.Maps(text);

        public void Visit(IAttentionVisitor visitor, VisitOptions? options = null, IProgress<VisitProgress>? progress = null,
            CancellationToken cancellation = default) =>
            inner.Visit(new Counting(visitor, batches * Grid.Layers + layers), options, progress, cancellation);

        private sealed class Counting(IAttentionVisitor visitor, int left) : IAttentionVisitor
        {
            private int _left = left;

            public void Visit(LayerMaps maps)
            {
                if (_left-- == 0) throw new OperationCanceledException();
                visitor.Visit(maps);
            }
        }
    }
}
