using System.Runtime.InteropServices;

namespace Crik.Linux;

internal static unsafe partial class Libc
{
    private const int MADV_DONTNEED = 4;

    [LibraryImport(Library, EntryPoint = "madvise", SetLastError = true)]
    private static partial int MadviseCore(nint address, nuint length, int advice);

    /// <summary>
    /// Gives back the pages of code that only the start needed. The kernel maps sixteen pages around each that is touched, and nobody touches
    /// most of them again; what is needed comes back from the page cache. Code is never written to, so nothing is lost.
    /// </summary>
    internal static void GiveBackCode()
    {
        foreach (string line in ProcFs.Lines("/proc/self/maps"))
        {
            // 55d0c1c00000-55d0c1c28000 r-xp 00002000 08:01 1234 /usr/bin/crik
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is [var range, "r-xp", _, _, _, ['/', ..], ..] && range.Split('-') is [var start, var end]
                && nint.TryParse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint from)
                && nint.TryParse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint to) && to > from)
            {
                _ = MadviseCore(from, (nuint)(to - from), MADV_DONTNEED); // it is only advice, so a failure changes nothing
            }
        }
    }
}
