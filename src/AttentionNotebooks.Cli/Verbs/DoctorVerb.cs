using System.CommandLine;
using System.Runtime.InteropServices;
using TorchSharp;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn doctor</c>: what works on this machine. Exit code 1 when something that every verb needs does not work.</summary>
internal static class DoctorVerb
{
    public static Command Create(TextWriter output)
    {
        var precision = new Option<bool>("--measure-precision")
        {
            Description = "Measure how far bf16 and fp16 move every feature from fp32.",
        };
        var oldName = new Option<bool>("--precision") { Hidden = true }; // elsewhere a number format
        var model = ModelOptions.Folder("A model to load, and to measure on with --measure-precision; there the default is the demo "
            + "model.", required: false);
        var command = new Command("doctor", "Reports what works on this machine: .NET, libtorch, device, threads, notebook hosts, "
            + "data.") { precision, oldName, model };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(precision) || parsed.GetValue(oldName))
            {
                PrecisionReport.Write(parsed.GetValue(model) ?? Kit.DataPath("demo-bert"), output);
                return Attn.Done;
            }
            bool healthy = true;
            void Show(string what, Func<string> look, bool essential = true)
            {
                try { output.WriteLine($"{what,-12} {look()}"); }
                catch (Exception e)
                {
                    healthy &= !essential;
                    output.WriteLine($"{what,-12} {(essential ? "FAILED" : "no")}: {Attn.OneLine(e)}");
                }
            }
            Show("system", () => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, "
                + $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB");
            Show(".NET", () => RuntimeInformation.FrameworkDescription);
            Show("libtorch", Torch);
            Show("device", () => torch.cuda.is_available() ? $"cuda, {torch.cuda.device_count()} GPU" : "cpu");
            Show("threads", () => $"{torch.get_num_threads()} for one operation");
            Show("Unicode", Unicode, essential: false);
            Show("hosts", Hosts, essential: false);
            Show("encoder", () => Loads(PackagedEncoders.MiniLM), essential: false);
            Show("demo model", () => Loads(Kit.DataPath("demo-bert")), essential: false);
            if (parsed.GetValue(model) is { } folder) Show("model", () => Loads(folder));
            return healthy ? Attn.Done : Attn.Failed;
        });
        return command;
    }

    // Does a sum, since a library that loads may still not work.
    private static string Torch()
    {
        // By path first: TorchSharp's own message blames a missing package whatever the loader really said.
        string name = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "LibTorchSharp.dll"
            : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "libLibTorchSharp.dylib" : "libLibTorchSharp.so";
        string library = Path.Combine(AppContext.BaseDirectory, name);
        if (File.Exists(library)) NativeLibrary.Load(library);
        using var four = torch.ones(2, 2).sum();
        return four.data<float>()[0] == 4
            ? $"{torch.__version__} loads and computes"
            : throw new InvalidOperationException("loads, but 1 + 1 + 1 + 1 is not 4");
    }

    private static string Hosts()
    {
        string[] kernels = [.. new[] { ".local/share/jupyter/kernels", "Library/Jupyter/kernels", "AppData/Roaming/jupyter/kernels" }
            .Select(f => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), f, ".net-csharp"))
            .Where(Directory.Exists)];
        return kernels.Length > 0 ? "attn run, Jupyter with .NET Interactive" : "attn run (no .NET Interactive kernel for Jupyter; see "
            + "environment.md)";
    }

    private static string Loads(string folder)
    {
        using var model = Checkpoint.Load(folder);
        return $"{model.Name}: {model.Config.Grid} heads, loads";
    }

    private static string Unicode()
    {
        UnicodeForms.Decomposed("é"); // throws in a process without ICU
        return "letters lose their accents where a model wants that";
    }
}
