namespace Crik.NodeAgent.Archives;

/// <summary>
/// The archives on this node. The kubelet owns its directory; what the agent has renamed into its own directory below belongs
/// to the agent alone.
/// </summary>
internal interface ICheckpointArchives
{
    /// <summary>The archives in the directory of the agent.</summary>
    IReadOnlyList<HeldArchive> Held();

    /// <summary>The archives that the kubelet has made of a container since a time, the oldest first.</summary>
    Task<IReadOnlyList<FoundArchive>> FindAsync(SavedContainer container, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Renames an archive of the kubelet into the directory of the agent. It is there, whole, or it is not.</summary>
    /// <exception cref="ArchiveException">There is no such file, or it cannot be renamed.</exception>
    void Claim(string fileName, HeldArchive archive);

    /// <summary>Reads an archive from begin to end, and writes it through to the disk.</summary>
    /// <exception cref="ArchiveException">It is not complete, or is that of another container.</exception>
    Task<CheckedArchive> CheckAsync(HeldArchive archive, SavedContainer container, CancellationToken cancellationToken);

    Stream Open(HeldArchive archive);

    /// <summary>Removes an archive of the agent, if it is there.</summary>
    void Remove(HeldArchive archive);

    /// <summary>Removes an archive of the kubelet, if it is there.</summary>
    void Discard(string fileName);

    /// <summary>Why no further archive may be made, as a sentence, or null.</summary>
    /// <param name="memory">The most memory that the container can have, which the archive would contain. Null if it has no limit.</param>
    string? DiskProblem(long? memory);
}
