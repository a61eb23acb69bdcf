namespace AttentionNotebooks.Tests.Build;

/// <summary>One direction: a room of the core uses those before it and none after.</summary>
public class RoomsTests
{
    // The way of the data. Files of the project's own folder are below all rooms.
    private static readonly string[] Rooms =
        ["", "Statistics", "Data", "Bert", "Attention", "Features", "Clustering", "Functions", "Calibration"];

    [Fact]
    public void No_room_of_the_core_uses_one_after_it()
    {
        string core = Repository.Path("src", "AttentionNotebooks");
        (string, string)[] sources = [.. Directory.GetFiles(core, "*.cs", SearchOption.AllDirectories)
            .Select(f => (File: Path.GetRelativePath(core, f).Replace('\\', '/'), Path: f))
            .Where(f => !f.File.StartsWith("obj/", StringComparison.Ordinal) && !f.File.StartsWith("bin/", StringComparison.Ordinal))
            .OrderBy(f => f.File, StringComparer.Ordinal).Select(f => (f.File, File.ReadAllText(f.Path)))];
        var arrows = RoomArrows.Find(sources, Rooms, "AttentionNotebooks");
        Assert.True(arrows.Count == 0, $"{arrows.Count} uses run back:\n{string.Join('\n', arrows)}");
    }

    [Fact]
    public void An_arrow_that_runs_back_is_found_and_named()
    {
        (string, string)[] sources =
        [
            ("Grid.cs", "public record Grid(int Heads);"),
            ("Data/Reader.cs", "public class Reader\n{\n    public static Grid Read() => new(Table.Width);\n}"),
            ("Features/Table.cs",
                "public static class Table\n{\n    public const int Width = 2;\n    public static Grid Again => Reader.Read();\n}"),
        ];
        var arrow = Assert.Single(RoomArrows.Find(sources, ["", "Data", "Features"]));
        Assert.Equal("Data/Reader.cs:3: Data uses Table of Features", arrow.ToString());
        // The other order has the other arrow.
        Assert.Equal(["Reader"], RoomArrows.Find(sources, ["", "Features", "Data"]).Select(a => a.Type));
    }

    [Theory]
    [InlineData("var n = new Grid(1).Doubled();", "Doubling")]              // an extension method names its class nowhere
    [InlineData("int n = Read().Length;", "Later")]                         // nor does a property of what a method returns
    [InlineData("System.Func<int, Later> make = n => null!;", "Later")]     // a type argument
    [InlineData("static Later Read2() => null!;", "Later")]                 // a return type
    [InlineData("object o = nameof(Later);", "Later")]
    [InlineData("bool b = new object() is Later { Length: > 1 };", "Later")]
    public void No_way_of_using_a_type_escapes(string statement, string type)
    {
        (string, string)[] sources =
        [
            ("Grid.cs", "public record Grid(int Heads);"),
            ("A/Early.cs",
                $"public class Early\n{{\n    static Later Read() => null!;\n    static void Run()\n    {{\n        {statement}\n    "
                    + $"}}\n}}"),
            ("B/Later.cs",
                "public class Later { public int Length => 1; }\nstatic class Doubling { public static Grid Doubled(this Grid g) => g; }"),
        ];
        Assert.Contains(RoomArrows.Find(sources, ["", "A", "B"]), a => a.Line == 6 && a.Type == type);
    }

    [Fact]
    public void What_cannot_be_judged_is_refused()
    {
        string Refusal(string file, string text) =>
            Assert.ThrowsAny<Exception>(() => RoomArrows.Find([(file, text)], [""])).GetBaseException().Message;
        Assert.Contains("do not compile", Refusal("A.cs", "class A { Missing M; }"));
        Assert.Contains("no known room", Refusal("Elsewhere/A.cs", "class A;"));
    }
}
