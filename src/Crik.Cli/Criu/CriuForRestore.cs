using Crik.Init;
using Crik.Linux;

namespace Crik.Criu;

/// <summary>
/// The criu of one attempt to restore. The first of a start is there before crik knows what it is to restore: what it takes to load
/// (6 ms), and at the basic level to look at the kernel (13 ms), goes by while crik reads the checkpoint.
/// </summary>
internal sealed class CriuForRestore : IDisposable
{
    /// <summary>Bytes: what criu finds out about the kernel is a few KiB. It keeps that on a tmpfs alone.</summary>
    private const long RoomForRuntime = 1 << 16;

    private const int Streams = 3;

    /// <summary>An object of the outside may have two names, and each takes a descriptor.</summary>
    private const int NamesOfAStream = 2;

    private readonly int[] _handedOut = new int[Streams];
    private readonly FileDescriptor _output;
    private readonly string? _runtime;

    private CriuForRestore(CriuProcess process, FileDescriptor output, string? runtime)
    {
        Process = process;
        _output = output;
        _runtime = runtime;
    }

    public CriuProcess Process { get; }

    /// <summary>What criu wrote elsewhere than to its log.</summary>
    public string[] Words => ProcFs.Lines($"/proc/self/fd/{_output.Number}");

    /// <summary>With all that it may be asked for; it is told later what to restore.</summary>
    /// <exception cref="CriuException">criu is not there, or cannot be executed.</exception>
    public static CriuForRestore Start(Supervisor supervisor, string criu) => Start(supervisor, criu, runtime: null);

    /// <summary>One that is asked for its version first (<see cref="CriuProcess.ReadVersion"/>).</summary>
    /// <exception cref="CriuException">criu is not there, or cannot be executed.</exception>
    public static CriuForRestore StartEarly(Supervisor supervisor, string criu, PrivilegeLevel level)
    {
        string? runtime = level == PrivilegeLevel.Basic ? MemoryDirectory.TryMake(RoomForRuntime) : null;
        CriuForRestore early = Start(supervisor, criu, runtime);
        early.Process.TrySend(CriuRequest.ForVersion());
        if (runtime is not null)
        {
            early.Process.TrySend(CriuRequest.ForFeatures());
        }

        return early;
    }

    /// <summary>The descriptor, in criu, that stands in under one more name for one of the container's streams.</summary>
    public int DescriptorFor(int stream) => _handedOut[stream] < NamesOfAStream
        ? CriuProcess.FirstInheritedInCriu + stream + (Streams * _handedOut[stream]++)
        : throw new CriuException($"the checkpoint has more than {NamesOfAStream} names for the stream {stream}", []);

    public void Dispose()
    {
        Process.Dispose();
        _output.Dispose();
        if (_runtime is not null)
        {
            MemoryDirectory.Remove(_runtime);
        }
    }

    private static CriuForRestore Start(Supervisor supervisor, string criu, string? runtime)
    {
        FileDescriptor output = Libc.MakeMemoryFile("criu-output", []);
        try
        {
            return new CriuForRestore(CriuProcess.Start(supervisor, criu, output, [0, 1, 2, 0, 1, 2], Preload.OpenForRestore(), runtime), output, runtime);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }
}
