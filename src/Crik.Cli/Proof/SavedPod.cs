using Crik.Criu;
using Crik.Files;

namespace Crik.Proof;

/// <summary>What a committed checkpoint lets somebody see of the next pod: only what is in the checkpoint.</summary>
/// <param name="archived">The paths of the archive.</param>
/// <param name="addresses">The addresses of the pod that made the checkpoint.</param>
internal sealed class SavedPod(IReadOnlySet<string> archived, IReadOnlyList<InterfaceAddress> addresses) : INextPod
{
    /// <summary>Looks at a checkpoint that somebody made earlier.</summary>
    /// <param name="images">The directory of criu's images.</param>
    /// <param name="archive">The directory of the archive; <see langword="null"/> when the checkpoint has none.</param>
    /// <param name="renamed">The renamed files that the manifest records.</param>
    /// <param name="sockets">The files of sockets that the manifest records.</param>
    public static Verdict Prove(
        string images, string? archive, IReadOnlyList<InterfaceAddress> addresses, IReadOnlyList<RenamedFile> renamed, IReadOnlyList<SocketFile> sockets)
    {
        try
        {
            HashSet<string> archived = [];
            foreach (FileEntry entry in archive is null ? [] : IndexReader.Read(archive))
            {
                archived.Add(ByteStrings.Decode(entry.Path));
            }

            return RestoreProof.Of(ImageContents.Read(images), new SavedPod(archived, addresses), RenamedFile.Moves(renamed), sockets);
        }
        catch (Exception exception) when (exception is FileArchiveException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new Verdict([new Objection(Faults.Reason(exception), "restore another checkpoint")], []);
        }
    }

    public Supply Find(string path) => path == "/" || archived.Contains(path) || PathNames.IsBelow(path, "/proc") || PathNames.IsBelow(path, "/sys") || NextPod.HasDevice(path) ? Supply.Given
        : PathNames.IsBelow(path, "/dev/shm") ? Supply.NotSaved
        : Supply.Unseen;

    public bool IsTaken(string path) => archived.Any(other => other.Length > path.Length && PathNames.IsBelow(other, path));

    public bool IsReadOnly(string path) => false; // only the pod knows

    public bool HasAddress(byte[] address) => addresses.Any(one => one.Bytes.AsSpan().SequenceEqual(address));
}
