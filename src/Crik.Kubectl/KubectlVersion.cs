using System.Reflection;

namespace Crik.Kubectl;

/// <summary>The version of this build: the same as that of crik, which is built from the same source.</summary>
internal static class KubectlVersion
{
    public static string WithCommit { get; } =
        typeof(KubectlVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    public static string Number => WithCommit.Split('+')[0];
}
