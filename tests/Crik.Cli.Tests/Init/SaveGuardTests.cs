using Crik.Init;

namespace Crik.Tests.Init;

public sealed class SaveGuardTests
{
    public static TheoryData<string, string, bool?> Table => new()
    {
        // what was done before (b begin, t try to commit, n note the commit, e end, r release), what is done now, its answer
        { "", "t", false }, { "", "n", false }, { "", "r", false }, { "", "e", null },
        { "b", "t", true }, { "b", "n", false }, { "b", "r", true }, { "b", "e", null },
        { "bt", "t", false }, { "bt", "n", true }, { "bt", "r", true }, { "bt", "e", null },
        { "btn", "t", false }, { "btn", "n", false }, { "btn", "r", false }, { "btn", "e", null },
        { "br", "t", false }, { "br", "n", false }, { "br", "r", false }, { "br", "e", null },
        { "btr", "t", false }, { "btr", "n", false }, { "btr", "r", false }, { "btr", "e", null },
        { "bte", "n", false }, { "bre", "t", false }, { "be", "r", false }, { "breb", "t", true },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Only_one_of_the_run_and_the_init_gets_the_program(string before, string now, bool? answer)
    {
        SaveGuard guard = new();
        foreach (char step in before)
        {
            Do(guard, step);
        }

        Assert.Equal(answer, Do(guard, now[0]));
    }

    [Theory]
    [InlineData("", "None")]
    [InlineData("b", "Saving")]
    [InlineData("bt", "Committing")]
    [InlineData("btn", "Committed")]
    [InlineData("btne", "Committed")] // a commit that ends the program stays
    [InlineData("br", "Released")]
    [InlineData("btr", "Released")]
    [InlineData("bre", "None")]
    [InlineData("bte", "None")]
    public void Each_step_leads_to_its_phase(string steps, string phase)
    {
        SaveGuard guard = new();
        foreach (char step in steps)
        {
            Do(guard, step);
        }

        Assert.Equal(Enum.Parse<SavePhase>(phase), guard.Phase);
        Assert.Equal(steps.Length > 0 && steps[^1] is 'b' or 't' or 'n' ? 1000 : long.MaxValue, guard.ReleaseAt);
    }

    [Fact]
    public void A_new_save_holds_no_process_of_the_save_before()
    {
        SaveGuard guard = new();
        guard.Begin(new ChildProcess(42), 1000);
        guard.TryCommit([301]);
        Assert.Equal([301], guard.Held);

        guard.End();
        ChildProcess criu = new(43);
        guard.Begin(criu, 2000);

        Assert.Empty(guard.Held);
        Assert.Equal((criu, 2000L), (guard.Criu, guard.ReleaseAt));
    }

    private static bool? Do(SaveGuard guard, char step)
    {
        switch (step)
        {
            case 'b':
                guard.Begin(new ChildProcess(42), 1000);
                return null;
            case 't':
                return guard.TryCommit([301]);
            case 'n':
                return guard.NoteCommitted();
            case 'r':
                return guard.TryRelease();
            default:
                guard.End();
                return null;
        }
    }
}
