namespace Crik.Commands;

/// <summary>How the time between SIGTERM and SIGKILL is shared out.</summary>
/// <param name="ForCheckpoint">From SIGTERM until a checkpoint is committed or given up.</param>
/// <param name="ForProgram">What is then left for the program to end by itself.</param>
internal sealed record GracePlan(TimeSpan ForCheckpoint, TimeSpan ForProgram)
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(10);

    /// <summary>A quarter for the program, at most 10 s.</summary>
    public static GracePlan From(TimeSpan gracePeriod)
    {
        TimeSpan forProgram = gracePeriod / 4 < s_most ? gracePeriod / 4 : s_most;
        return new GracePlan(gracePeriod - forProgram, forProgram);
    }
}
