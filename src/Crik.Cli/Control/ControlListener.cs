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

/// <summary>A path where a running crik may listen.</summary>
/// <param name="IsInOwnDirectory">
/// The directory above is made for the socket alone, with mode 0700, because everybody may write to the one above that.
/// </param>
internal sealed record ControlPlace(string Path, bool IsInOwnDirectory = false);
