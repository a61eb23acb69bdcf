using System.Text.RegularExpressions;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>The pictures of the gallery: each made by make.sh from a cell of gallery.dib, and small.</summary>
public class PicturesTests
{
    private const int MostBytes = 150_000;

    private static readonly string _folder = Repository.Path("data", "pictures");

    private static string[] Names => Regex.Match(File.ReadAllText(Path.Combine(_folder, "make.sh")),
        @"names=\((.*?)\)").Groups[1].Value.Split(' ');

    private static string[] Cells => [.. NotebookReader.Read(Path.Combine(_folder, "gallery.dib")).Cells.Where(c => c.Type == CellType.Code)
        .Skip(1).Select(c => c.Source.Trim())];

    [Fact]
    public void Every_picture_is_made_by_the_script_from_a_cell_of_its_own()
    {
        Assert.Equal(Names.Order(StringComparer.Ordinal), Directory.GetFiles(_folder, "*.png")
            .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));
        Assert.Equal(Names.Length, Cells.Length);
        Assert.All(Cells, c => Assert.Contains("Kit.Plot.", c));
    }

    [Fact]
    public void Every_picture_is_light() =>
        Assert.All(Names, name => Assert.InRange(new FileInfo(Path.Combine(_folder, name + ".png")).Length, 1, MostBytes));

    [Fact]
    public void The_gallery_shows_every_picture_with_the_lines_that_make_it()
    {
        string gallery = File.ReadAllText(Path.Combine(_folder, "README.md")).ReplaceLineEndings("\n");
        Assert.All(Names.Zip(Cells), p =>
        {
            Assert.Contains($"({p.First}.png)", gallery);
            Assert.Contains(p.Second, gallery);
        });
    }

    [Fact]
    public void The_README_opens_with_a_picture_of_the_gallery_and_leads_to_it()
    {
        string readme = File.ReadAllText(Repository.Path("README.md"));
        Assert.Contains(Names, name => readme.Contains($"(data/pictures/{name}.png)", StringComparison.Ordinal));
        Assert.Contains("(data/pictures/README.md)", readme);
    }
}
