using System.Globalization;
using System.Text.RegularExpressions;

namespace Crik.Pods.Restoring;

/// <summary>A container runtime and its version, as a Node, a PodCheckpoint or an image names it.</summary>
/// <param name="Name">In lower case, such as <see cref="Containerd"/>.</param>
/// <param name="Version">Null if the text has none that can be read.</param>
/// <param name="Text">As it was written.</param>
public sealed partial record ContainerRuntime(string Name, Version? Version, string Text)
{
    public const string Containerd = "containerd";
    public const string CriO = "cri-o";

    /// <param name="text">Such as `containerd://2.1.9`, `containerd 2.1.9` or `cri-o`.</param>
    /// <returns>Null if no runtime is named.</returns>
    public static ContainerRuntime? Parse(string? text)
    {
        if (text is null || Form().Match(text) is not { Success: true } match)
        {
            return null;
        }

        string name = match.Groups["name"].Value.ToLowerInvariant();
        return new ContainerRuntime(name == "crio" ? CriO : name, VersionOf(match), text);
    }

    public override string ToString() => Version is null ? Name : $"{Name} {Version}";

    private static Version? VersionOf(Match match) => match.Groups["major"].Success
        ? new Version(Number(match.Groups["major"]), Number(match.Groups["minor"]), match.Groups["patch"].Success ? Number(match.Groups["patch"]) : 0)
        : null;

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>[A-Za-z][A-Za-z0-9-]{0,62})(?:(?:://|\s+)v?(?<major>\d{1,6})\.(?<minor>\d{1,6})(?:\.(?<patch>\d{1,6}))?)?")]
    private static partial Regex Form();
}
