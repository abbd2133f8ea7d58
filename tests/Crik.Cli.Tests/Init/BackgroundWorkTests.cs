using Crik.Init;
using Crik.Linux;

namespace Crik.Tests.Init;

public sealed class BackgroundWorkTests
{
    private static readonly Deadline s_later = Deadline.In(TimeSpan.FromMinutes(2));
    private readonly ScriptedInit _init = new();

    [Fact]
    public void What_the_work_throws_reaches_whoever_waits_for_it()
    {
        InvalidOperationException bug = new("a bug");

        Assert.Same(bug, Assert.Throws<InvalidOperationException>(() => BackgroundWork.Run(_init, s_later, _ => throw bug)));
    }

    /// <summary>An exception that left the thread would end the process of the tests.</summary>
    [Fact]
    public void What_the_work_throws_after_it_was_given_up_is_dropped()
    {
        using ManualResetEventSlim isGivenUp = new();
        Thread? worker = null;

        bool isDone = BackgroundWork.Run(_init, Deadline.In(TimeSpan.FromMilliseconds(50)), cancellation =>
        {
            Volatile.Write(ref worker, Thread.CurrentThread);
            isGivenUp.Wait(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
        });
        isGivenUp.Set();

        Assert.False(isDone);
        Eventually.True(() => Volatile.Read(ref worker) is { IsAlive: false }, "the thread ends");
    }
}
