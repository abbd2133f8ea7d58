namespace Crik.Commands;

/// <summary>How the time between SIGTERM and SIGKILL is shared out.</summary>
/// <param name="ForCheckpoint">From now until a checkpoint is committed or given up.</param>
/// <param name="ForProgram">What is then left for the program to end by itself.</param>
internal sealed record GracePlan(TimeSpan ForCheckpoint, TimeSpan ForProgram)
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1);

    /// <summary>A quarter for the program, at most 10 s.</summary>
    /// <param name="gone">Of the grace period, since SIGTERM.</param>
    /// <param name="untilNodeGoes">Where the node's end was named: it may come before that of the grace period.</param>
    public static GracePlan From(TimeSpan gracePeriod, TimeSpan gone, TimeSpan? untilNodeGoes)
    {
        TimeSpan left = gracePeriod - gone;
        left = untilNodeGoes < left ? untilNodeGoes.Value : left;
        left = left < s_least ? s_least : left;
        TimeSpan forProgram = left / 4 < s_most ? left / 4 : s_most;
        return new GracePlan(left - forProgram, forProgram);
    }
}
