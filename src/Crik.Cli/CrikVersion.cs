using System.Reflection;

namespace Crik;

/// <summary>The version of this build.</summary>
internal static class CrikVersion
{
    public static string Current { get; } =
        (typeof(CrikVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
