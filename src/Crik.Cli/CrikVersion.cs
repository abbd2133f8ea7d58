using System.Reflection;

namespace Crik;

/// <summary>The version of this build.</summary>
internal static class CrikVersion
{
    /// <summary>The environment variable by which a pod's template names the version of its program.</summary>
    public const string OfProgram = "CRIK_PROGRAM_VERSION";

    /// <summary>The version that people see: <c>0.2.0+</c> and the commit, if it is known.</summary>
    public static string WithCommit { get; } =
        typeof(CrikVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The version that a manifest records.</summary>
    public static string Current => WithCommit.Split('+')[0];
}
