namespace Crik.Control;

/// <summary>A socket that listens at one of the places. Disposing it removes the socket's file, too.</summary>
internal sealed class ControlListener(ControlPlace place, FileDescriptor socket) : IDisposable
{
    public FileDescriptor Socket => socket;

    public void Dispose()
    {
        _ = Libc.RemoveSocket(place.Path);
        socket.Dispose();
        try
        {
            if (place.IsInOwnDirectory)
            {
                Directory.Delete(Path.GetDirectoryName(place.Path)!);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An empty directory that stays behind does no harm; the next start uses it again.
        }
    }
}
