namespace Crik.NodeAgent.Archives;

/// <summary>An archive in the directory of the agent. Its name says which object it belongs to, so it never needs to be guessed.</summary>
/// <param name="Uid">The UID of the PodCheckpoint.</param>
internal sealed record HeldArchive(string Uid, string Container)
{
    /// <summary>Neither a UID nor the name of a container has an underscore.</summary>
    public string FileName => $"{Uid}_{Container}.tar";

    /// <returns>Null if it is no name that the agent gives.</returns>
    public static HeldArchive? Parse(string fileName) =>
        fileName.EndsWith(".tar", StringComparison.Ordinal) && fileName[..^4].Split('_') is [{ Length: > 0 } uid, { Length: > 0 } container]
            ? new HeldArchive(uid, container) : null;
}
