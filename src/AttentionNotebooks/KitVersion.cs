using System.Reflection;

namespace AttentionNotebooks;

/// <summary>The version of the kit: of its package, of <c>attn --version</c>, and of what files record as their origin.</summary>
public static class KitVersion
{
    /// <summary>The version, such as <c>0.2.0</c>; it is set once, in <c>Directory.Build.props</c>.</summary>
    // The informational version is the package's own text; builds inside a repository add "+" and the commit.
    public static string Current { get; } =
        typeof(KitVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
