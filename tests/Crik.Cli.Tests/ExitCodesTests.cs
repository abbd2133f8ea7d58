namespace Crik.Tests;

/// <summary>Scripts and Kubernetes read the exit codes, so a number must not change by accident.</summary>
public sealed class ExitCodesTests
{
    [Fact]
    public void Every_kind_of_failure_has_its_published_code()
    {
        (FailureKind Kind, int Code)[] published =
        [
            (FailureKind.Failed, 125), (FailureKind.Configuration, 64), (FailureKind.Usage, 64), (FailureKind.CheckFailed, 1), (FailureKind.NotReady, 1), (FailureKind.Locked, 124),
            (FailureKind.CheckpointNotRestored, 123), (FailureKind.CheckpointNotRestoredNow, 125), (FailureKind.ProgramNotFound, 127), (FailureKind.ProgramNotExecutable, 126),
        ];

        Assert.Equal(published, Enum.GetValues<FailureKind>().Select(kind => (kind, ExitCodes.Of(kind))));
    }
}
