using System.CommandLine;
using System.CommandLine.Invocation;
using AttentionNotebooks;
using AttentionNotebooks.Cli;
using AttentionNotebooks.Cli.Verbs;
using AttentionNotebooks.Runner;

// Before anything loads libtorch.
OpenMp.WaitPassively();
NativeHeap.Keep();
return await Attn.Run(args);

namespace AttentionNotebooks.Cli
{
    /// <summary>The command line: verbs, exit codes, and how errors are reported.</summary>
    public static class Attn
    {
        /// <summary>Exit code: all done.</summary>
        public const int Done = ExitCode.Done;

        /// <summary>Exit code: the work failed.</summary>
        public const int Failed = ExitCode.Failed;

        /// <summary>Exit code: wrong usage.</summary>
        public const int WrongUsage = ExitCode.WrongUsage;

        // After Ctrl-C, for saving the state: a batch of a large model may be under way.
        private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

        /// <summary>Full stack traces instead of one line.</summary>
        public static Option<bool> Verbose { get; } = new("--verbose")
        {
            Description = "Show stack traces when something fails.",
            Recursive = true,
        };

        /// <summary>Parses <paramref name="args"/> and runs the verb.</summary>
        /// <param name="args">The command line, without the program's name.</param>
        /// <param name="output">Where results go; the console by default.</param>
        /// <param name="error">Where messages go; the console by default.</param>
        /// <param name="cancellation">Stops long work (Ctrl-C stops it too).</param>
        /// <returns><see cref="Done"/>, <see cref="Failed"/> or <see cref="WrongUsage"/>.</returns>
        public static async Task<int> Run(string[] args, TextWriter? output = null, TextWriter? error = null,
            CancellationToken cancellation = default)
        {
            output ??= Console.Out;
            error ??= Console.Error;
            ParseResult parsed;
            try { parsed = Commands(output, error).Parse(args); }
            catch (InvalidOperationException e)
            {
                // A verb's check read the value of an option that is not right.
                error.WriteLine($"attn: {OneLine(e)}");
                return WrongUsage;
            }
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToStop,
                Output = output,
                Error = error,
            };
            if (parsed.Errors.Count > 0)
            {
                foreach (var problem in parsed.Errors) error.WriteLine($"attn: {problem.Message}");
                error.WriteLine("attn: see attn --help");
                return WrongUsage;
            }
            try
            {
                return await parsed.InvokeAsync(configuration, cancellation);
            }
            catch (OperationCanceledException)
            {
                error.WriteLine("attn: stopped.");
                return Failed;
            }
            catch (Exception e)
            {
                error.WriteLine(parsed.GetValue(Verbose) ? e.ToString() : $"attn: {OneLine(e)}");
                return Failed;
            }
        }

        internal static RootCommand Commands(TextWriter output, TextWriter error)
        {
            var root = Verbs(output, error);
            // The kit's own version, whatever program the command line runs in.
            root.Options.OfType<VersionOption>().Single().Action = new WriteVersion(output);
            return root;
        }

        private static RootCommand Verbs(TextWriter output, TextWriter error) => new("What BERT's attention heads do: features, "
            + "clusters, functions, notebooks.")
        {
            Verbose,
            RunVerb.Create(output, error),
            ExportVerb.Create(output, error),
            FeaturesVerb.Create(output, error),
            MergeVerb.Create(output),
            MapsVerb.Create(output, error),
            DistancesVerb.Create(output, error),
            TextFeaturesVerb.Create(output, error),
            MeanMapsVerb.Create(output, error),
            ProfileVerb.Create(output),
            ClusterVerb.Create(output),
            CompareVerb.Create(output, error),
            FunctionsVerb.Create(output, error),
            AblateVerb.Create(output, error),
            ImportanceVerb.Create(output, error),
            ExplainVerb.Create(output),
            PruneVerb.Create(output, error),
            SynthesisVerb.Create(output),
            TokenTypesVerb.Create(output, error),
            ProbeVerb.Create(output),
            CoreferenceVerb.Create(output, error),
            DownloadVerb.Create(output, error),
            DoctorVerb.Create(output),
            TrainDemoVerb.Create(output, error),
            FineTuneVerb.Create(output, error),
            CalibrateVerb.Create(output, error),
            FoldVerb.Create(output, error),
            ExportCheckpointVerb.Create(output, error),
            MakeDemoDataVerb.Create(output),
            DescribeVerb.Create(output),
        };

        private sealed class WriteVersion(TextWriter output) : SynchronousCommandLineAction
        {
            public override int Invoke(ParseResult parseResult)
            {
                output.WriteLine(KitVersion.Current);
                return Done;
            }
        }

        /// <summary>
        /// An error as one line: the message of an <see cref="InputException"/>, or of the innermost cause of anything else.
        /// </summary>
        internal static string OneLine(Exception e)
        {
            while (e is not InputException && e.InnerException is not null) e = e.InnerException;
            return e.Message.ReplaceLineEndings(" ");
        }
    }
}
