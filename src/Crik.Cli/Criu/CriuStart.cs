namespace Crik.Criu;

/// <summary>What a criu process gets when it is started.</summary>
internal sealed record CriuStart
{
    /// <summary>Descriptors of crik that criu gets, under the numbers from <see cref="CriuProcess.FirstInheritedInCriu"/> on.</summary>
    public IReadOnlyList<int> Inherited { get; init; } = [];

    /// <summary>Libraries that criu loads before all others. They are closed after criu has started.</summary>
    public IReadOnlyList<FileDescriptor> Libraries { get; init; } = [];

    /// <summary>The directory in which a criu at the basic level stores what it finds out about the kernel.</summary>
    public string? Runtime { get; init; }

    /// <summary>Whether criu makes a checkpoint. The kernel then ends this criu first when memory runs out.</summary>
    public bool IsForDump { get; init; }
}
