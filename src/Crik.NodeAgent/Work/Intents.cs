namespace Crik.NodeAgent.Work;

/// <summary>
/// What this agent remembers of the requests that it sends: for which pods, until when they may still have an effect, and when a
/// deletion that was refused may be tried again.
/// </summary>
internal sealed record Intents(KnownCheckpoints Known, Attempts Attempts, DeletionPauses Deletions)
{
    /// <summary>Nothing is left to do for this object.</summary>
    public void Forget(string uid)
    {
        Attempts.Forget(uid);
        Deletions.Forget(uid);
    }
}
