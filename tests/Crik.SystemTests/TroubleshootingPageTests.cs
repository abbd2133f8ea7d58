using System.Reflection;

namespace Crik.SystemTests;

public sealed class TroubleshootingPageTests
{
    /// <summary>What no machine of the tests brings about, and why; the unit tests of CriuLog have the lines that were seen.</summary>
    private static readonly Dictionary<string, string> s_notBroughtAbout = new()
    {
    };

    [Fact]
    public void Every_message_of_the_page_is_brought_about_by_a_test_and_every_explained_message_is_on_the_page()
    {
        string[] explained = [.. typeof(TroubleshootingPageTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes<ExplainsAttribute>()).Select(case_ => case_.Message)
            .Concat(s_notBroughtAbout.Keys).Distinct()];

        Assert.Equal(TroubleshootingPage.Messages.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }
}
