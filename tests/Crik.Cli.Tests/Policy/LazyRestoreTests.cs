using Crik.Configuration;
using Crik.Criu;
using Crik.Policy;

namespace Crik.Tests.Policy;

public sealed class LazyRestoreTests
{
    private const int EPERM = 1;
    private const int ENOSYS = 38;

    public static TheoryData<string, long, string, int, bool, bool, bool, string> Table => new()
    {
        // lazyPages, MiB, level, errno of userfaultfd, failed before, is lazy, was refused, reason
        { "auto", 256, "full", 0, false, true, false, "there are 256 MiB" },
        { "auto", 255, "full", 0, false, false, false, "it is small: 255 MiB" },
        { "auto", 255, "none", ENOSYS, true, false, false, "it is small: 255 MiB" },
        { "auto", 9000, "basic", 0, false, false, false, "criu needs the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME for it" },
        { "auto", 9000, "full", EPERM, false, false, false, "the kernel refuses userfaultfd: Operation not permitted" },
        { "auto", 9000, "full", 0, true, false, false, "pages did not come in the last time" },
        { "always", 0, "full", 0, false, true, false, "lazyPages is always" },
        { "always", 1, "basic", 0, false, false, true, "criu needs the capabilities" },
        { "always", 9000, "full", ENOSYS, false, false, true, "the kernel refuses userfaultfd: Function not implemented" },
        { "always", 9000, "full", 0, true, false, true, "pages did not come in the last time" },
        { "never", 9000, "full", 0, false, false, false, "lazyPages is never" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_size_the_privileges_the_kernel_and_the_last_run_decide_about_a_lazy_restore(
        string wanted, long mebibytes, string level, int userfaultfd, bool failedBefore, bool lazy, bool refused, string reason)
    {
        LazyRestore decision = LazyRestore.Decide(
            Enum.Parse<LazyPages>(wanted, ignoreCase: true), mebibytes << 20, Enum.Parse<PrivilegeLevel>(level, ignoreCase: true), userfaultfd, failedBefore);

        Assert.Equal((lazy, refused), (decision.IsLazy, decision.WasRefused));
        Assert.StartsWith(reason, decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 1000, 0, 10, true)] // no page has arrived yet, so that the speed is not known
    [InlineData(500, 1000, 5, 10, true)]
    [InlineData(500, 1000, 10, 5, true)] // a disk may turn out to be twice as fast
    [InlineData(500, 1000, 11, 5, false)]
    [InlineData(900, 1000, 60, 30, false)]
    [InlineData(0, 1000, 60, 1, true)]
    [InlineData(0, 0, 60, 1, true)]
    public void Pages_that_cannot_arrive_in_time_are_not_waited_for(long missing, long total, int secondsGone, int secondsLeft, bool isWaitedFor)
    {
        string? objection = LazyRestore.Objection(missing << 20, total << 20, TimeSpan.FromSeconds(secondsGone), TimeSpan.FromSeconds(secondsLeft));

        Assert.Equal(isWaitedFor, objection is null);
    }
}
