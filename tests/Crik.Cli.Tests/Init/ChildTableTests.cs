using Crik.Init;

namespace Crik.Tests.Init;

public sealed class ChildTableTests
{
    private readonly ChildTable _table = new();

    [Fact]
    public void The_end_of_an_awaited_child_is_noted_once()
    {
        ChildProcess child = new(500);
        _table.Await(child);

        Assert.True(_table.NoteEnd(500, 9));
        Assert.Equal(new ExitStatus(0, 9), child.Exit);
        Assert.False(_table.NoteEnd(500, 0));
        Assert.Equal(new ExitStatus(0, 9), child.Exit);
    }

    [Fact]
    public void An_orphan_that_nobody_waits_for_is_not_remembered()
    {
        Assert.False(_table.NoteEnd(500, 9));
        ChildProcess child = new(500);
        _table.Await(child);

        Assert.False(child.HasExited);
    }

    [Fact]
    public void The_end_of_a_forgotten_child_is_ignored()
    {
        ChildProcess child = new(500);
        _table.Await(child);
        _table.Forget(child);

        Assert.False(_table.NoteEnd(500, 9));
        Assert.False(child.HasExited);
    }

    [Fact]
    public void The_later_of_two_ends_with_the_same_PID_counts_during_a_start()
    {
        _table.BeginStart();
        _table.NoteEnd(500, 1 << 8);
        _table.NoteEnd(500, 2 << 8);
        ChildProcess child = new(500);
        _table.Await(child);

        Assert.Equal(new ExitStatus(2, 0), child.Exit);
    }

    [Fact]
    public void Ends_noted_during_a_start_are_forgotten_after_the_last_start()
    {
        _table.BeginStart();
        _table.BeginStart();
        _table.NoteEnd(500, 9);
        _table.NoteEnd(501, 9);
        _table.EndStart();
        ChildProcess first = new(500);
        _table.Await(first);
        _table.EndStart();
        ChildProcess second = new(501);
        _table.Await(second);

        Assert.True(first.HasExited);
        Assert.False(second.HasExited);
    }

    [Fact]
    public void Hundreds_of_orphans_that_end_during_a_start_do_not_hide_the_child()
    {
        _table.BeginStart();
        for (int pid = 1000; pid < 1600; pid++)
        {
            _table.NoteEnd(pid, 9);
        }

        _table.NoteEnd(500, 3 << 8);
        ChildProcess child = new(500);
        _table.Await(child);

        Assert.Equal(new ExitStatus(3, 0), child.Exit);
    }
}
