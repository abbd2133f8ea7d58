namespace Crik.Criu;

/// <summary>The criu of this container, as a save or restore uses it. Unit tests put a scripted one in its place.</summary>
internal interface ICriu
{
    CriuSetup Setup { get; }

    /// <summary>Asks whether criu can compress pages and read compressed ones.</summary>
    /// <returns><see langword="null"/> when criu gave no answer.</returns>
    bool? CanCompress();

    /// <param name="output">The file for criu's standard output and error.</param>
    /// <param name="shareSysvMemory">See <see cref="Configuration.CrikOptions.ShareSysvMemory"/>.</param>
    /// <exception cref="CriuException">criu cannot be started.</exception>
    ICriuSession StartForDump(FileDescriptor output, bool shareSysvMemory);

    /// <exception cref="CriuException">criu cannot be started.</exception>
    CriuForRestore StartForRestore();

    /// <summary>Starts a criu before crik knows what to restore, so that the restore need not wait until criu has loaded.</summary>
    /// <exception cref="CriuException">criu cannot be started.</exception>
    CriuForRestore StartEarly();
}
