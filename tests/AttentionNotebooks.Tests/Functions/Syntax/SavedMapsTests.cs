using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.CommandLine;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Relations from saved maps of models whose special tokens and marks are not BERT's.</summary>
public sealed class SavedMapsTests : IDisposable
{
    private const string Treebank = """
        # sent_id = 000000
        1	the	_	DET	_	_	2	det	_	_
        2	cat	_	NOUN	_	_	3	nsubj	_	_
        3	played	_	VERB	_	_	0	root	_	_

        # sent_id = 000001
        1	Café	_	NOUN	_	_	2	nsubj	_	_
        2	sat	_	VERB	_	_	0	root	_	_
        3	,	_	PUNCT	_	_	2	punct	_	_

        # sent_id = 000002
        1	played	_	VERB	_	_	0	root	_	_


        """;

    private readonly TestFolder folder = new();

    [Fact]
    public async Task Saved_maps_of_RoBERTa_give_the_relations_of_the_live_model()
    {
        string treebank = folder.Write("t.conllu", Treebank.ReplaceLineEndings("\n")), model = folder["model"], maps = folder["maps.npz"];
        var config = BertFixtures.Config(positions: 18) with
        {
            ModelType = "roberta",
            TypeVocabSize = 1,
            PositionPaddingId = 1,
            HeadAct = "gelu",
            VocabSize = ByteLevelTests.Small.VocabularySize,
        };
        using (var weights = BertFixtures.Model(config, seed: 3)) Checkpoint.Save(model, weights, ByteLevelTests.Small);
        using (var checkpoint = Checkpoint.Load(model))
            MapWriter.Save(LiveAttention.OfTreebank(checkpoint, [.. ConllU.Read(treebank)]), maps);
        Assert.Equal(0, (await Shell.Attn("functions", "--model", model, "--conllu", treebank, "--out", folder["live.csv"])).Code);
        string tokens = MapWriter.TokensFileOf(maps);
        var (code, _, error) = await Shell.Attn("functions", "--maps", maps, "--tokens", tokens, "--conllu", treebank, "--out",
            folder["saved.csv"]);
        Assert.Equal((0, ""), (code, error.Contains("attn:", StringComparison.Ordinal) ? error : ""));
        Assert.Equal(File.ReadAllText(folder["live.csv"]), File.ReadAllText(folder["saved.csv"]));
    }

    public void Dispose() => folder.Dispose();
}
