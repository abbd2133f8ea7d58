namespace Crik.NodeAgent.Work;

/// <summary>What this agent remembers of the requests that it sends: for which pods, and until when they may still have an effect.</summary>
internal sealed record Intents(KnownCheckpoints Known, Attempts Attempts);
