using System.Runtime.Loader;

namespace AttentionNotebooks.Tests.Charts;

/// <summary>The charts live in a load context of their own; what crosses its border must be the same type on both sides.</summary>
public class BorderTests
{
    [Fact]
    public void The_charts_signatures_name_only_the_framework_the_core_and_the_kit()
    {
        var types = typeof(IPlots).GetMethods().SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType))
            .SelectMany(Parts).Distinct().ToArray();
        Assert.Contains(typeof(Figure), types);
        Assert.All(types, t => Assert.True(
            t.Assembly == typeof(object).Assembly || t.Assembly == typeof(HeadTable).Assembly
                || t.Assembly == typeof(IPlots).Assembly, $"{t} of {t.Assembly.GetName().Name}"));
    }

    [Fact]
    public void The_charts_and_their_libraries_are_loaded_apart()
    {
        var charts = Kit.Plot.GetType().Assembly;
        var context = AssemblyLoadContext.GetLoadContext(charts)!;
        Kit.Plot.Bars(["a"], [1], "v", "t"); // draws, so that the libraries are loaded
        Assert.NotSame(AssemblyLoadContext.GetLoadContext(typeof(Kit).Assembly), context);
        foreach (string library in (string[])["Plotly.NET", "FSharp.Core", "DynamicObj", "Newtonsoft.Json"])
            Assert.Contains(context.Assemblies, a => a.GetName().Name == library);
    }

    [Fact]
    public void The_cores_types_are_the_same_on_both_sides()
    {
        var charts = Kit.Plot.GetType();
        Assert.Same(typeof(HeadTable), charts.GetMethod(nameof(IPlots.HeadGrid))!.GetParameters()[0].ParameterType);
        Assert.Same(typeof(HeadClustering), charts.GetMethod(nameof(IPlots.ClusterGrid))!.GetParameters()[0].ParameterType);
        Assert.Same(typeof(Figure), charts.GetMethod(nameof(IPlots.ClusterGrid))!.ReturnType);
    }

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
}
