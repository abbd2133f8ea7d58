using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Manifests;

namespace Crik.Kubectl.Checkpoints;

/// <summary>Reads from the annotations of a checkpoint image what a PodCheckpoint would say.</summary>
internal static class ImageSource
{
    /// <summary>The keys that checkpointctl defines (lib/annotations.go of github.com/checkpoint-restore/checkpointctl).</summary>
    private const string ContainerKey = "org.criu.checkpoint.container.name", PodKey = "org.criu.checkpoint.pod.name",
        NamespaceKey = "org.criu.checkpoint.pod.namespace", EngineKey = "org.criu.checkpoint.engine.name",
        EngineVersionKey = "org.criu.checkpoint.engine.version", ArchitectureKey = "org.criu.checkpoint.host.arch";

    /// <summary>The key that CRI-O looks for (internal/annotations/checkpoint.go of github.com/cri-o/cri-o).</summary>
    private const string CriOKey = "io.kubernetes.cri-o.annotations.checkpoint.name";

    /// <summary>The key that the node agent writes (src/Crik.Images/Manifests/CheckpointAnnotations.cs).</summary>
    private const string BindMountsKey = "crik.dev/bind-mounts";

    /// <param name="space">The namespace of the new pod.</param>
    /// <exception cref="KubectlException">It is no checkpoint image, or one of a pod in another namespace.</exception>
    /// <exception cref="Crik.Registry.RegistryException">The registry does not tell.</exception>
    public static async Task<RestoreSource> ReadAsync(string image, string space, Terminal terminal, CancellationToken cancellationToken)
    {
        RegistryImages registries = new(terminal.Environment);
        (string pinned, IReadOnlyDictionary<string, string> annotations) = await registries.ReadAnnotationsAsync(image, cancellationToken);
        PodCheckpointDocument checkpoint = Of(image, pinned, annotations);
        if (annotations.GetValueOrDefault(NamespaceKey) is { } made && made != space)
        {
            throw new KubectlException($"{image} is a checkpoint of a pod in the namespace {made}, and the new pod would be in {space}, with the rights and volumes of "
                + $"another pod there; restore it with -n {made}");
        }

        return new RestoreSource(image, checkpoint, [])
        {
            Architecture = annotations.GetValueOrDefault(ArchitectureKey),
            BindMounts = annotations.GetValueOrDefault(BindMountsKey)?.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        };
    }

    /// <param name="pinned">The image with its digest.</param>
    internal static PodCheckpointDocument Of(string image, string pinned, IReadOnlyDictionary<string, string> annotations)
    {
        string container = annotations.GetValueOrDefault(ContainerKey) ?? annotations.GetValueOrDefault(CriOKey)
            ?? throw new KubectlException(
                $"{image} is no checkpoint image: its manifest has neither the annotation {ContainerKey} nor {CriOKey}; some registries drop annotations");
        string pod = annotations.GetValueOrDefault(PodKey)
            ?? throw new KubectlException(
                $"{image} does not say of which pod it is a checkpoint (annotation {PodKey}); restore its PodCheckpoint instead");
        return new PodCheckpointDocument
        {
            Metadata = new ObjectMetadata { Name = image },
            Spec = new PodCheckpointSpec { Pod = pod },
            Status = new PodCheckpointStatus
            {
                Conditions = [new Condition { Type = PodCheckpointConditions.Ready, Status = Condition.True }],
                Containers =
                [
                    new ContainerCheckpoint
                    {
                        Name = container,
                        Image = pinned,
                        Runtime = annotations.GetValueOrDefault(EngineKey) is { } engine ? $"{engine} {annotations.GetValueOrDefault(EngineVersionKey)}".Trim() : null,
                    },
                ],
            },
        };
    }
}
