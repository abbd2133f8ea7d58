namespace Crik.Init;

/// <summary>What the run asks of the init and hears from it. Unit tests put a scripted one in its place.</summary>
internal interface IInit
{
    /// <summary>What the init and the run share.</summary>
    InitState State { get; }

    /// <summary>When the first SIGTERM came, in milliseconds of <see cref="Environment.TickCount64"/>; <see langword="null"/> before.</summary>
    long? TerminationRequested => State.TerminatedAt;

    /// <summary>
    /// Whether the init sent the program its SIGTERM by itself, because the run had not decided in time. Nobody decided against a checkpoint then.
    /// </summary>
    bool HadToTerminate => State.HadToTerminate;

    /// <summary>The program. The init sends it every signal that crik gets, also those that came before there was one.</summary>
    ChildProcess? Program { get; set; }

    /// <summary>Takes the order that <c>checkpointSignal</c> gave, if it came since the last call.</summary>
    bool TakeCheckpointRequest() => State.TakeCheckpointRequest();

    /// <summary>Whether that signal has come and nobody took it yet.</summary>
    bool CheckpointRequested => State.CheckpointRequested;

    /// <summary>Starts a process. The init reaps it and notes how it ended.</summary>
    /// <returns><see langword="null"/> and the errno when it cannot be started.</returns>
    ChildProcess? TryStart(ProcessSpec spec, out int errno);

    /// <exception cref="LinuxException">It cannot be started.</exception>
    ChildProcess Start(ProcessSpec spec) => TryStart(spec, out int errno) ?? throw new LinuxException($"cannot start {spec.Command[0]}", errno);

    /// <summary>Registers a child that something else starts as crik's own, as criu does with a restored tree.</summary>
    ChildProcess Await(int pid);

    void Forget(ChildProcess child) => State.Forget(child);

    /// <summary>Waits on the calling thread, which is the run's.</summary>
    /// <param name="until">Checked again after each event.</param>
    /// <param name="readable">A descriptor that ends the wait when it is readable; -1 for none.</param>
    /// <returns>Whether <paramref name="until"/> holds or the descriptor is readable; <see langword="false"/> at the deadline.</returns>
    bool Wait(Func<bool> until, Deadline deadline, int readable = -1, int alsoReadable = -1);

    /// <summary>Sends a signal to the program as if it had come from outside.</summary>
    void SignalProgram(int signal) => State.Send(signal);

    /// <summary>Tells how long the kubelet waits between SIGTERM and SIGKILL on the node as it is now. Any thread may call this.</summary>
    /// <param name="byRun">The run plans with this period after SIGTERM. From then on nothing else changes it.</param>
    void SetGracePeriod(TimeSpan period, bool byRun = false);

    /// <summary>Sends the program its SIGTERM, once, and forwards every later one.</summary>
    void Terminate();

    /// <summary>Does something that makes the kernel signal crik itself, and drops those signals.</summary>
    void Discarding(SignalSet signals, Action action);

    /// <summary>
    /// Reports that criu is about to get hold of the program. If the run has not finished by then, the init lets the program go. Until then
    /// the init keeps signals for the program back, because one that reaches a task while criu gets hold of it makes the dump fail.
    /// </summary>
    /// <returns><see langword="false"/> when the program has had its SIGTERM: a checkpoint would hold a program that is ending.</returns>
    bool TryHoldProgram(ChildProcess criu, Deadline atMost);

    /// <summary>Asks whether the checkpoint may still be committed.</summary>
    /// <param name="held">Tasks that are stopped for the commit; the init lets them go on if it has to take the program back.</param>
    /// <returns><see langword="false"/> when the init has let the program go.</returns>
    bool TryCommit(int[] held) => State.TryCommit(held);

    /// <summary>Reports that the checkpoint was committed and the program will be ended with it.</summary>
    /// <returns><see langword="false"/> when the init has let the program go meanwhile: the commit has to be undone.</returns>
    bool NoteCommitted() => State.NoteCommitted();

    /// <summary>Reports that criu does not hold the program any more. Signals that were kept back are forwarded.</summary>
    void EndSave() => State.EndSave();

    /// <summary>Whether the checkpoint is committed that the program is ended with.</summary>
    bool EndsWithCheckpoint => State.Phase == SavePhase.Committed;

    /// <summary>
    /// Reports that crik itself failed, and logs it. The init first takes the program back from criu. From now on it sends SIGTERM to the
    /// program as soon as it comes, and the run may only wait for the program's end.
    /// </summary>
    void ReportFailure(Exception failure);
}
