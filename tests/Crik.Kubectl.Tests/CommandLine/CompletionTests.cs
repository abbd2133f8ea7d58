using Crik.Kubectl.CommandLine;

namespace Crik.Kubectl.Tests.CommandLine;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("status", "")]
    [InlineData("rollback", "")]
    [InlineData("uninject", "help", "")]
    [InlineData("--leave-running", "checkpoint", "web-0", "--")]
    [InlineData("--namespace", "status", "-")]
    [InlineData("wide", "status", "-o", "")]
    [InlineData("init-container", "inject", "--bundle", "")]
    [InlineData("zsh", "completion", "")]
    public void Words_that_can_follow_are_offered(string expected, params string[] typed) =>
        Assert.Contains(Assert.IsType<Completion.Words>(Completion.Of(typed)).Choices, choice => choice.Split('\t')[0] == expected);

    [Theory]
    [InlineData(typeof(Completion.Pods), "list", "")]
    [InlineData(typeof(Completion.Pods), "-n", "shop", "status", "a", "")]
    [InlineData(typeof(Completion.Nothing), "list", "web-0", "")]
    [InlineData(typeof(Completion.Nothing), "rollback", "web-0", "")]
    [InlineData(typeof(Completion.Files), "inject", "-f", "")]
    [InlineData(typeof(Completion.Namespaces), "status", "-n", "")]
    public void What_only_the_machine_or_the_cluster_knows_is_asked_there(Type expected, params string[] typed) =>
        Assert.IsType(expected, Completion.Of(typed));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Each_shell_has_a_script(string shell) => Assert.Contains(Completion.Stage, CompletionScripts.Find(shell)!, StringComparison.Ordinal);
}
