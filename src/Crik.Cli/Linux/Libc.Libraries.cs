using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Libraries that crik loads when it needs them.</summary>
internal static partial class Libc
{
    private const int RTLD_NOW = 2;

    [LibraryImport(Library, EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint DlopenCore(string name, int flags);

    [LibraryImport(Library, EntryPoint = "dlerror")]
    private static partial nint DlerrorCore();

    /// <summary>
    /// Loads a library with all that it needs. A symbol that is missing is a problem now; NativeLibrary would load it all the same, and its
    /// first call would end this process.
    /// </summary>
    /// <returns>Its handle, as NativeLibrary has them, or 0.</returns>
    internal static nint OpenLibrary(string name, out string? problem)
    {
        _ = DlerrorCore(); // takes an older error away
        nint library = DlopenCore(name, RTLD_NOW);
        problem = library != 0 ? null : Marshal.PtrToStringUTF8(DlerrorCore());
        return library;
    }
}
