using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Makes criu restore messages of Unix sockets that carry open files (SCM_RIGHTS, unix(7)). criu restores both ends of a connection in one
/// process, and sends the messages from there. Their descriptors are those of the process that has the sending end (prepare_scms of
/// criu/sk-queue.c runs before interconnected_pair of criu/sk-unix.c). Unless both processes are the same, the message gets lost or carries
/// another file.
/// </summary>
internal static class FilesInMessages
{
    /// <summary>Finds the ids of the sockets that have such messages to receive.</summary>
    /// <param name="queues">The image <see cref="ImageName.SocketQueues"/>.</param>
    public static HashSet<uint> Receivers(CriuImage queues) =>
        [.. queues.Messages.Where(message => new SocketMessageEntry(message).CarriesFiles).Select(message => new SocketMessageEntry(message).Socket)];

    /// <summary>
    /// Puts the sending end of a connection after the receiving one in <c>files.img</c>. criu looks at the sockets from the last to the first,
    /// and restores both ends in the process of the one that it sees first.
    /// </summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool PutSendersLast(CriuImage files, HashSet<uint> receivers)
    {
        bool changed = false;
        for (int receiver = 1; receivers.Count > 0 && receiver < files.Messages.Count; receiver++)
        {
            OpenFileEntry entry = new(files.Messages[receiver]);
            if (entry.Kind == FileKind.UnixSocket && receivers.Contains(entry.Id) && IndexOfPeer(files, receiver) is int sender and >= 0)
            {
                (files.Messages[sender], files.Messages[receiver]) = (files.Messages[receiver], files.Messages[sender]);
                changed = true;
            }
        }

        return changed;
    }

    /// <returns>-1 if the other end does not come before this one.</returns>
    private static int IndexOfPeer(CriuImage files, int socket)
    {
        UnixSocketEntry end = new OpenFileEntry(files.Messages[socket]).UnixSocket;
        for (int i = 0; i < socket; i++)
        {
            OpenFileEntry other = new(files.Messages[i]);
            if (other.Kind == FileKind.UnixSocket && other.UnixSocket.Inode == end.Peer && other.UnixSocket.Peer == end.Inode)
            {
                return i;
            }
        }

        return -1;
    }
}
