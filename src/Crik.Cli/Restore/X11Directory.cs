using Crik.Diagnostics;

namespace Crik.Restore;

/// <summary>
/// Makes the directory in which browsers and X servers bind their sockets. In a container where crik cannot make it, the program could not
/// have made it either, so no checkpoint needs it.
/// </summary>
internal static class X11Directory
{
    private const string Path = "/tmp/.X11-unix";

    public static void Make()
    {
        static void MakeForEverybody()
        {
            if (Libc.MakeDirectory(Path, FileModes.ForEverybody))
            {
                Libc.SetMode(Path, FileModes.ForEverybody); // because the umask may have taken bits away
            }
        }

        if (Faults.Of(MakeForEverybody) is { } fault)
        {
            Log.Debug(Event.NoX11Directory, "there is no directory for the sockets of X servers", ("path", Path), ("reason", fault.Message));
        }
    }
}
