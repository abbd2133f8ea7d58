using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Crik.Images.Archives;

/// <summary>
/// What the first lines of criu's log say about the node (criu, criu/crtools.c and criu/log.c): `Version: 4.3 (gitid 0)`
/// and `Running on HOST Linux 6.1.0 #1 SMP … x86_64`.
/// </summary>
internal sealed partial record DumpLog(string? CriuVersion, string? Kernel)
{
    /// <summary>How much of the log has to be read for that.</summary>
    public const int Bytes = 16 << 10;

    public static DumpLog None { get; } = new(null, null);

    public static DumpLog Parse(ReadOnlySpan<byte> beginning)
    {
        string text = Encoding.Latin1.GetString(beginning);
        Match version = VersionLine().Match(text);
        Match kernel = KernelLine().Match(text);
        return new DumpLog(version.Success ? NumberOf(version) : null, kernel.Success ? kernel.Groups[1].Value : null);
    }

    /// <summary>Podman writes 4.1.1 as 40101, and so do the others that give criu's version.</summary>
    private static string NumberOf(Match version)
    {
        int Part(int group) => version.Groups[group].Success ? int.Parse(version.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return (Part(1) * 10_000 + Part(2) * 100 + Part(3)).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Version: ([0-9]{1,3})\.([0-9]{1,2})(?:\.([0-9]{1,2}))?[ \n-]")]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"Running on [^ \n]{1,64} Linux ([!-~]{1,64}) ")]
    private static partial Regex KernelLine();
}
