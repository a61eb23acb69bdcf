using System.Xml.Linq;

namespace AttentionNotebooks.Tests;

public class KitVersionTests
{
    [Fact]
    public void The_version_is_that_of_the_package()
    {
        var properties = XDocument.Load(Repository.Path("Directory.Build.props"));
        Assert.Equal(properties.Descendants("Version").Single().Value, KitVersion.Current);
    }
}
