using System.Globalization;
using Crik.Linux;

namespace Crik.Tests;

/// <summary>Marks a test that mounts a file system. It is skipped where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    private const ulong SysAdmin = 1UL << 21;

    public MountFactAttribute()
    {
        string effective = ProcFs.Lines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        if ((ulong.Parse(effective.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & SysAdmin) == 0)
        {
            Skip = "nothing can be mounted here";
        }
    }
}
