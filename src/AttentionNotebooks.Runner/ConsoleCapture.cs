using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>While it lives, what cells write to the console goes to their outputs; everybody else's text passes.</summary>
internal sealed class ConsoleCapture : IDisposable
{
    private readonly TextWriter output = Console.Out;
    private readonly TextWriter error = Console.Error;

    /// <summary>Takes the console.</summary>
    public ConsoleCapture()
    {
        Console.SetOut(new Router("stdout", output));
        Console.SetError(new Router("stderr", error));
    }

    /// <summary>The console's own error stream.</summary>
    public TextWriter Error => error;

    /// <summary>Gives the console back, also when a cell had put a writer of its own there.</summary>
    public void Dispose()
    {
        Console.SetOut(output);
        Console.SetError(error);
    }

    private sealed class Router(string stream, TextWriter outside) : TextWriter(System.Globalization.CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;

        // Cells are written with \n line ends on every platform, as notebooks are.
        public override string NewLine => "\n";

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override void Write(string? value)
        {
            if (value is null) return;
            if (CellOutputs.Current is { } cell) cell.Write(stream, value);
            else outside.Write(value);
        }

        public override void WriteLine(string? value) => Write(value + NewLine);
    }
}
