namespace Crik.Criu;

/// <summary>
/// The criu process of one attempt to restore. crik starts the first one before it knows what to restore. criu then loads (6 ms), and at the
/// basic level examines the kernel (13 ms), while crik reads the checkpoint.
/// </summary>
/// <param name="output">The file for criu's standard output and error. This object disposes it.</param>
/// <param name="runtime">A directory in memory in which criu stores what it finds out about the kernel. This object disposes it.</param>
internal sealed class CriuForRestore(ICriuSession session, FileDescriptor output, MemoryDirectory? runtime) : IDisposable
{
    private const int StreamCount = 3;

    /// <summary>A stream may have two names in criu's images, and each name takes one descriptor.</summary>
    private const int NamesOfAStream = 2;

    private readonly int[] _handedOut = new int[StreamCount];

    /// <summary>The descriptors of crik that criu inherits, once for each name.</summary>
    public static IReadOnlyList<int> Streams { get; } = [0, 1, 2, 0, 1, 2];

    public ICriuSession Session => session;

    public string[] Output => ProcFs.Lines($"/proc/self/fd/{output.Number}");

    /// <summary>Receives criu's answer to <see cref="CriuRequest.ForVersion"/>.</summary>
    /// <exception cref="CriuException">criu did not answer.</exception>
    public int ReadVersion(Deadline deadline, Func<bool> giveUp) =>
        session.Receive(deadline, giveUp) is CriuReply.Said said ? said.Message.Version : throw CriuProcess.NoAnswer("criu");

    /// <summary>Takes the next descriptor in criu that replaces one of the container's streams. Each name of a stream takes another one.</summary>
    public int DescriptorFor(int stream) => _handedOut[stream] < NamesOfAStream
        ? CriuProcess.FirstInheritedInCriu + stream + (StreamCount * _handedOut[stream]++)
        : throw new CriuException($"the checkpoint has more than {NamesOfAStream} names for the stream {stream}", []);

    public void Dispose()
    {
        session.Dispose();
        output.Dispose();
        runtime?.Dispose();
    }
}
