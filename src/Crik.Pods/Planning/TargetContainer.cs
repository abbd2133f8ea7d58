using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>A container whose program is to be saved.</summary>
internal sealed record TargetContainer(int Index, JsonObject Json)
{
    public string Name => Json.At("name").Text()!;

    /// <summary>The command of the pod. Kubernetes takes an empty list for none.</summary>
    public IReadOnlyList<string> Command => Json.At("command").Texts();

    public IReadOnlyList<string> Arguments => Json.At("args").Texts();

    public bool IsPrivileged => Json.At("securityContext", "privileged").IsTrue();

    public bool HasVariable(string name) => Variable(name) is not null;

    public JsonObject? Variable(string name) => Json.At("env").Maps().LastOrDefault(variable => variable.At("name").Text() == name);

    /// <summary>The mount of a volume at a directory, or at one above it.</summary>
    public JsonObject? MountAbove(string directory) => Json.At("volumeMounts").Maps()
        .Where(mount => mount.At("mountPath").Text()?.TrimEnd('/') is { } path
            && (directory == path || directory.StartsWith(path + "/", StringComparison.Ordinal)))
        .MaxBy(mount => mount.At("mountPath").Text()!.Length);
}
