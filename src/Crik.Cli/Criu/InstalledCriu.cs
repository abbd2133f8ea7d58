using Crik.Init;

namespace Crik.Criu;

/// <summary>Starts the criu that is installed in this container.</summary>
internal sealed class InstalledCriu(IInit init, CriuSetup setup) : ICriu
{
    /// <summary>The bytes to reserve on a tmpfs for what criu finds out about the kernel. criu writes a few KiB.</summary>
    private const long RoomForRuntime = 1 << 16;

    public CriuSetup Setup => setup;

    public bool? CanCompress() => CriuFeatures.Ask(init, setup.File, setup.Level, CriuFeatures.Compression);

    /// <summary>Asks criu for its version, which is 40300 for 4.3.</summary>
    /// <exception cref="CriuException">criu cannot be started, or does not answer.</exception>
    public int AskVersion(TimeSpan atMost)
    {
        using FileDescriptor output = Libc.Open("/dev/null", Libc.O_RDWR);
        using CriuProcess process = CriuProcess.Start(init, setup.File, output, new CriuStart());
        process.Send(CriuRequest.ForVersion());
        return process.Receive(Deadline.In(atMost)) is CriuReply.Said said ? said.Message.Version : throw CriuProcess.NoAnswer(setup.File);
    }

    public ICriuSession StartForDump(FileDescriptor output, bool shareSysvMemory)
    {
        IReadOnlyList<FileDescriptor> libraries = Preload.OpenForDump(shareSysvMemory && setup.Level == PrivilegeLevel.Basic);
        return CriuProcess.Start(init, setup.File, output, new CriuStart { Libraries = libraries, IsForDump = true });
    }

    public CriuForRestore StartForRestore() => Start(runtime: null);

    public CriuForRestore StartEarly()
    {
        MemoryDirectory? runtime = setup.Level == PrivilegeLevel.Basic ? MemoryDirectory.TryMake(RoomForRuntime) : null;
        CriuForRestore early = Start(runtime);
        early.Session.TrySend(CriuRequest.ForVersion());
        if (runtime is not null)
        {
            early.Session.TrySend(CriuRequest.ForFeatures());
        }

        return early;
    }

    private CriuForRestore Start(MemoryDirectory? runtime)
    {
        FileDescriptor output = Libc.MakeMemoryFile("criu-output", []);
        try
        {
            CriuStart how = new() { Inherited = CriuForRestore.Streams, Libraries = Preload.OpenForRestore(), Runtime = runtime?.Path };
            CriuProcess process = CriuProcess.Start(init, setup.File, output, how);
            return new CriuForRestore(process, output, runtime);
        }
        catch
        {
            output.Dispose();
            runtime?.Dispose();
            throw;
        }
    }
}
