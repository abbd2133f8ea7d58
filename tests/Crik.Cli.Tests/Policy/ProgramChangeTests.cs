using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Policy;

public sealed class ProgramChangeTests
{
    private static readonly ProgramIdentity s_now = new(["app", "--flag"], ["user=0:0", "variable MODE=1", "file /app=10 20"]);

    public static TheoryData<string, string[], string[], string?> Table => new()
    {
        // case, command of the checkpoint, its traits, what the log says
        { "the same program", ["app", "--flag"], ["user=0:0", "variable MODE=1", "file /app=10 20"], null },
        { "the same in another order", ["app", "--flag"], ["variable MODE=1", "file /app=10 20", "user=0:0"], null },
        { "a checkpoint of an earlier crik", ["app", "--flag"], [], null },
        { "another argument", ["app", "--other"], [], "command (was 'app --other', is 'app --flag')" },
        { "an argument in two parts", ["app --flag"], [], "command (was 'app --flag', is 'app --flag')" },
        { "another value", ["app", "--flag"], ["user=0:0", "variable MODE=2", "file /app=10 20"], "variable MODE" },
        { "a variable more", ["app", "--flag"], ["user=0:0", "variable MODE=1", "variable A=B=3", "file /app=10 20"], "variable A=B" },
        { "a variable less", ["app", "--flag"], ["user=0:0", "file /app=10 20"], "variable MODE" },
        { "all of it", ["x"], ["a=1", "b=1", "c=1", "d=1"], "command (was 'x', is 'app --flag'), a, b, c, d and 3 more" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void What_differs_from_the_checkpoints_program_is_named(string what, string[] command, string[] traits, string? says)
    {
        string? change = ProgramChange.Of(new(command, traits), s_now);

        Assert.True(change == says, $"{what}: {change}");
    }
}
