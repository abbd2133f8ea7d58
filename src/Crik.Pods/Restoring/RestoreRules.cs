namespace Crik.Pods.Restoring;

/// <summary>
/// Says what is in the way of a node that shall restore a checkpoint image. Only the container runtime restores it, and which
/// runtimes can do that has changed often.
/// </summary>
public static class RestoreRules
{
    private const string RestoredInCreate = "enable_experimental_restore_via_create = true";

    /// <summary>The first version that restores an image when a container is created.</summary>
    private static readonly Version s_first = new(2, 1);

    /// <summary>The first version that no longer does.</summary>
    private static readonly Version s_removed = new(2, 4);

    /// <summary>From these versions on, of each series, it is off by default.</summary>
    private static readonly Version[] s_off = [new(2, 2, 7), new(2, 3, 4)];

    /// <returns>The worst first. A <see cref="Severity.Problem"/> means that this node cannot restore it.</returns>
    public static IReadOnlyList<Obstacle> Find(CheckpointOrigin origin, NodeFacts node) =>
        [.. OfRuntime(origin, node).Concat(OfNode(origin, node)).OrderByDescending(static obstacle => obstacle.Severity)];

    /// <summary>Whether a runtime restores images only if its configuration says so, which nobody can ask it.</summary>
    public static bool IsOffByDefault(ContainerRuntime runtime) => runtime.Name is ContainerRuntime.CriO
        || (runtime is { Name: ContainerRuntime.Containerd, Version: { } version } && s_off.Any(off => off.Major == version.Major && off.Minor == version.Minor && version >= off));

    public static bool IsRefused(this IEnumerable<Obstacle> obstacles) => obstacles.Any(static obstacle => obstacle.Severity is Severity.Problem);

    private static IEnumerable<Obstacle> OfRuntime(CheckpointOrigin origin, NodeFacts node)
    {
        if (ContainerRuntime.Parse(node.Runtime) is not { } runtime)
        {
            yield return Warning(node, "Its container runtime is not known, so nobody can say whether it restores checkpoints.", null);
            yield break;
        }

        foreach (Obstacle obstacle in runtime.Name switch
        {
            ContainerRuntime.Containerd => OfContainerd(runtime, node),
            ContainerRuntime.CriO => OfCriO(node),
            _ => [Problem(node, $"Its runtime {runtime} restores no checkpoint images.", "Use a node with CRI-O, or with containerd 2.1 to 2.3.")],
        })
        {
            yield return obstacle;
        }

        if (origin.Runtime is { } made && made.Name != runtime.Name)
        {
            yield return Problem(
                node,
                $"It runs {runtime.Name}, and the checkpoint was made by {made.Name}, whose archives no other runtime reads.",
                $"Use a node with {made.Name}.");
        }
        else if (origin.Runtime is null)
        {
            yield return Warning(node, "The runtime that made the checkpoint is not known. Another one than that of the node cannot restore it.", null);
        }
    }

    private static IEnumerable<Obstacle> OfContainerd(ContainerRuntime runtime, NodeFacts node)
    {
        if (runtime.Version is not { } version)
        {
            yield return Warning(node, "The version of its containerd is not known. 2.1 to 2.3 restore checkpoint images.", null);
        }
        else if (version < s_first)
        {
            yield return Problem(
                node,
                $"Its {runtime} cannot restore checkpoint images. containerd does that since 2.1.",
                "Use a node with containerd 2.1 to 2.3, or with CRI-O.");
        }
        else if (version >= s_removed)
        {
            yield return Problem(
                node,
                $"Its {runtime} no longer restores checkpoint images: containerd 2.4 has removed that.",
                "Use a node with containerd 2.1 to 2.3, or CRI-O. Pods with crik in them do not depend on the runtime.");
        }
        else if (IsOffByDefault(runtime))
        {
            yield return Warning(
                node,
                $"Its {runtime} restores checkpoint images only if its configuration says so, which it does not by default.",
                $"Set {RestoredInCreate} in the section [plugins.'io.containerd.cri.v1.runtime'] of its config.toml.");
        }
    }

    private static IEnumerable<Obstacle> OfCriO(NodeFacts node)
    {
        yield return new Obstacle(
            Severity.Note,
            Subject(node),
            "CRI-O restores checkpoint images only if its configuration says so, which it does not by default.",
            "Set container_level_enabled = \"checkpoint_restore\" in the section [crio.checkpoint_restore] of its crio.conf.");
    }

    private static IEnumerable<Obstacle> OfNode(CheckpointOrigin origin, NodeFacts node)
    {
        if (origin.Architecture is { Length: > 0 } architecture && node.Architecture.Length > 0 && architecture != node.Architecture)
        {
            yield return Problem(
                node, $"Its architecture is {node.Architecture}, and the checkpoint was made on {architecture}.", $"Use a node with {architecture}.");
        }

        if (!node.IsReady)
        {
            yield return Warning(node, "It is not Ready, so the pod waits.", null);
        }

        if (node.IsCordoned)
        {
            yield return Warning(node, "It is cordoned, so the pod waits.", $"kubectl uncordon {node.Name}");
        }

        if (origin.IsEncrypted)
        {
            yield return new Obstacle(
                Severity.Note,
                Subject(node),
                "The image is encrypted: the runtime of the node needs the private key.",
                "For CRI-O that is decryption_keys_path in the section [crio.runtime] of its crio.conf.");
        }
    }

    private static Obstacle Problem(NodeFacts node, string sentence, string remedy) => new(Severity.Problem, Subject(node), sentence, remedy);

    private static Obstacle Warning(NodeFacts node, string sentence, string? remedy) => new(Severity.Warning, Subject(node), sentence, remedy);

    private static string Subject(NodeFacts node) => $"node {node.Name}";
}
