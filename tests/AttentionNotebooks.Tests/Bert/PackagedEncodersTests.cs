using System.Security.Cryptography;
using AttentionNotebooks.Tests.CommandLine;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>The encoder that comes with the restore, as the build unpacked it.</summary>
public class PackagedEncodersTests
{
    private static string MiniLm
    {
        get
        {
            string? folder = PackagedEncoders.Folder(PackagedEncoders.MiniLM);
            Assert.SkipWhen(folder is null, "built with -p:MiniLM=false; build without it");
            return folder!;
        }
    }

    [Fact]
    public void MiniLM_is_a_folder_in_Hugging_Faces_layout_with_checked_files()
    {
        string folder = MiniLm;
        Assert.Equal(["1_Pooling", "README.md", "config.json", "model.onnx", "tokenizer_config.json", "vocab.txt"],
            Directory.GetFileSystemEntries(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal("4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2", Sha256(Path.Combine(folder, "model.onnx")));
        // The published vocabulary of bert-base-uncased.
        Assert.Equal("07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3", Sha256(Path.Combine(folder, "vocab.txt")));
    }

    // The package's own tokenizer leaves accents: findings/sentencetransformers-minilm-accents.sh.
    [Fact]
    public void Its_tokenizer_takes_accents_off_and_knows_special_tokens_in_a_text()
    {
        var tokenizer = TextTokenizer.Load(MiniLm, BertConfig.Read(Path.Combine(MiniLm, "config.json")));
        Assert.Equal(tokenizer.Encode("The cafe is open.").Ids, tokenizer.Encode("The café is open.").Ids);
        Assert.Equal(["[CLS]", "the", "[MASK]", "sat", "[SEP]"], tokenizer.Encode("the [MASK] sat").Tokens);
    }

    [Fact]
    public void A_name_that_is_no_encoders_has_no_folder() => Assert.Null(PackagedEncoders.Folder("../models/all-MiniLM-L6-v2"));

    [Fact]
    public void A_name_stands_for_the_folder_beside_the_kit_and_what_is_no_name_for_itself()
    {
        Assert.Equal("nowhere", PackagedEncoders.Resolve("nowhere"));
        Assert.Equal(MiniLm, PackagedEncoders.Resolve(PackagedEncoders.MiniLM));
    }

    [Fact]
    public async Task A_folder_of_that_name_comes_first()
    {
        using var folder = new TestFolder();
        using (var model = BertFixtures.Model(BertFixtures.Config()))
            Checkpoint.Save(folder[PackagedEncoders.MiniLM], model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        folder.Write("texts.txt", "the cat sat\na dog\n");
        // Names are looked up in the folder that a process is in.
        var (code, said) = await Shell.AttnApart(start => start.WorkingDirectory = folder.Root,
            "features", "--model", PackagedEncoders.MiniLM, "--text", "texts.txt", "--out", "heads.csv");
        Assert.True(code == 0, said);
        Assert.Equal(new HeadGrid(3, 4), HeadTable.Read(folder["heads.csv"]).Grid); // all-MiniLM-L6-v2 has 6 × 12
    }

    [Fact]
    public void An_encoder_that_the_build_did_not_bring_names_the_option_that_does()
    {
        Assert.SkipUnless(PackagedEncoders.Folder(PackagedEncoders.ArcticXs) is null, "built with -p:ArcticXs=true; build without it");
        var e = Assert.Throws<InputException>(() => Checkpoint.Load(PackagedEncoders.ArcticXs));
        Assert.Contains("snowflake-arctic-embed-xs: is not beside the kit. Build it in: dotnet build -c Release -p:ArcticXs=true",
            e.Message);
    }

    private static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
