using System.Runtime.CompilerServices;

namespace AttentionNotebooks.Tests;

/// <summary>Tests run side by side: libtorch's threads sleep while they wait, as they do in <c>attn</c>.</summary>
internal static class PassiveThreads
{
    [ModuleInitializer]
    internal static void Set() => OpenMp.WaitPassively();
}
