namespace Crik.Control;

/// <summary>Somebody who is connected to the control socket. The control thread alone uses it.</summary>
internal sealed class ControlConnection(FileDescriptor socket, int pid)
{
    public FileDescriptor Socket => socket;

    public int Pid => pid;

    public ControlStage Stage { get; private set; } = ControlStage.Asking;

    /// <summary>When it is closed at the latest.</summary>
    public Deadline Until { get; private set; } = Deadline.In(ControlServer.Patience);

    /// <summary>An order of somebody inside the program's tree, which is carried out once the connection is closed.</summary>
    public ControlOrder? OrderAfterClosing { get; private set; }

    /// <summary>It waits until the run has carried out its order.</summary>
    public void AwaitRun() => (Stage, Until) = (ControlStage.Waiting, Deadline.Never);

    /// <summary>Sends the answer. It may get lost when the other end has gone.</summary>
    /// <param name="patience">How long the other end gets to read it and hang up.</param>
    public void Answer(ControlAnswer answer, TimeSpan patience, ControlOrder? orderAfterClosing = null)
    {
        _ = Libc.TrySend(socket, ControlJson.Write(answer));
        (Stage, Until, OrderAfterClosing) = (ControlStage.Answered, Deadline.In(patience), orderAfterClosing);
    }
}

/// <summary>How far a <see cref="ControlConnection"/> has come.</summary>
internal enum ControlStage
{
    /// <summary>Nothing was received yet.</summary>
    Asking,

    /// <summary>The run carries out its order.</summary>
    Waiting,

    /// <summary>It has its answer. The other end hangs up next.</summary>
    Answered,
}
