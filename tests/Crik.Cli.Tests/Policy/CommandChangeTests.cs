using Crik.Policy;

namespace Crik.Tests.Policy;

public sealed class CommandChangeTests
{
    public static TheoryData<string, string[], string[], string?, string?> Table => new()
    {
        // case, command of the checkpoint, command of this start, what the log says of both
        { "the same command", ["app", "--flag"], ["app", "--flag"], null, null },
        { "another program", ["app"], ["other"], "app", "other" },
        { "another argument", ["app", "--flag"], ["app", "--other"], "app --flag", "app --other" },
        { "an argument more", ["app"], ["app", "--flag"], "app", "app --flag" },
        { "an argument less", ["app", "--flag"], ["app"], "app --flag", "app" },
        { "an argument in two parts", ["app", "a b"], ["app", "a", "b"], "app a b", "app a b" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_command_that_differs_from_the_checkpoints_is_a_change(string what, string[] then, string[] now, string? saysThen, string? saysNow)
    {
        CommandChange? change = CommandChange.Of(then, now);

        Assert.True((change?.Then, change?.Now) == (saysThen, saysNow), $"{what}: {change}");
    }
}
