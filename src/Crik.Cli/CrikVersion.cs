using System.Reflection;

namespace Crik;

/// <summary>The version of this build.</summary>
internal static class CrikVersion
{
    /// <summary>For people: <c>0.1.0+</c> and the commit, where it is known.</summary>
    public static string WithCommit { get; } =
        typeof(CrikVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>For manifests.</summary>
    public static string Current => WithCommit.Split('+')[0];
}
