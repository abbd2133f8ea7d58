using Crik.Diagnostics;
using Crik.Init;

namespace Crik.Criu;

/// <summary>One criu that serves one request over a socket (<c>criu swrk</c>). Unit tests put a scripted one in its place.</summary>
internal interface ICriuSession : IDisposable
{
    ChildProcess Process { get; }

    /// <summary>The signal that ended criu, unless crik sent it; 0 when there was none or criu still runs.</summary>
    int EndSignal { get; }

    /// <exception cref="CriuException">criu is gone.</exception>
    void Send(byte[] request);

    /// <summary>Sends a request, and does nothing if criu is gone.</summary>
    void TrySend(byte[] request);

    /// <param name="giveUp">Ends the wait when it becomes true.</param>
    /// <param name="progress">Reported every few seconds while nothing comes.</param>
    CriuReply Receive(Deadline deadline, Func<bool>? giveUp = null, Progress? progress = null);

    /// <summary>
    /// Stops a dump without harm to the tree. It makes criu's next write to an image fail; criu then takes its code out of the tasks and lets
    /// them run on. A criu that does not react is killed. That is the last resort, because a task may be running criu's code at that moment.
    /// </summary>
    void GiveUp(TimeSpan patience);

    /// <summary>Waits a moment for criu to end after its last message.</summary>
    void WaitForEnd();

    void Kill();
}

/// <summary>Tells how a wait for criu's next message ended.</summary>
internal abstract record CriuReply
{
    public sealed record Said(CriuMessage Message) : CriuReply;

    /// <summary>criu closed the connection or ended.</summary>
    public sealed record Ended : CriuReply;

    /// <summary>The deadline passed.</summary>
    public sealed record TimeIsUp : CriuReply;

    /// <summary>The caller has something more important to do.</summary>
    public sealed record Interrupted : CriuReply;
}
