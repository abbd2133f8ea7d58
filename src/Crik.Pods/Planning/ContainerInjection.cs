using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Drafting;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>Makes the changes of one container.</summary>
/// <param name="imageDirectory">The value for CRIK_IMAGE_DIR.</param>
internal sealed class ContainerInjection(PodDraft draft, TargetContainer container, string imageDirectory)
{
    private const string Unconfined = "Unconfined";

    private const string LockTimeout = "CRIK_LOCK_TIMEOUT";

    /// <summary>How much longer than a whole grace period a new pod waits for a slot.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(60);

    private static readonly string[] s_capabilities = ["CHECKPOINT_RESTORE", "SYS_PTRACE"];

    private readonly PodPath _path = PodPath.Root["spec"]["containers"].Entry($"{container.Index}", new ItemName("name", container.Name));

    public void Wrap(WrappedCommand command)
    {
        if (command.Command is { } words)
        {
            draft.Wrap(_path, words.ToList(), command.Reason);
        }

        if (command.Arguments is { } arguments)
        {
            draft.Set(_path, ["args"], arguments.ToList(), "These are the arguments that the image gives its program.");
        }
    }

    /// <summary>Mounts the whole volume: containerd 2.1.9 ignores the subPath of an image volume.</summary>
    public void MountBundle() => draft.Append(
        _path, ["volumeMounts"], new JsonObject { ["name"] = PodNames.BundleVolume, ["mountPath"] = PodNames.BundleDirectory, ["readOnly"] = true }, "mountPath",
        "The container gets crik and criu from this volume.");

    public void MountCheckpoints(string directory) => draft.Append(
        _path, ["volumeMounts"], new JsonObject { ["name"] = PodNames.CheckpointsVolume, ["mountPath"] = directory }, "mountPath",
        "Checkpoints are kept on a volume that outlives the pod.");

    /// <summary>A privileged container has all capabilities and no seccomp filter.</summary>
    public void AddPrivileges()
    {
        if (container.IsPrivileged)
        {
            return;
        }

        IReadOnlyList<string> present = container.Json.At("securityContext", "capabilities", "add").Texts();
        foreach (string capability in s_capabilities.Where(name => !present.Contains("ALL") && !present.Contains(name) && !present.Contains($"CAP_{name}")))
        {
            draft.Append(_path, ["securityContext", "capabilities", "add"], JsonValue.Create(capability)!, "", capability is "SYS_PTRACE"
                ? "criu reads the memory of the program with it." : "criu gives restored processes their old numbers with it.");
        }

        if (container.Json.At("securityContext", "seccompProfile", "type").Text() is not Unconfined)
        {
            draft.Set(_path, ["securityContext", "seccompProfile"], new JsonObject { ["type"] = Unconfined }, "criu cannot trace processes under a seccomp filter.");
        }
    }

    public void AddVariables(CheckpointPlace place, InjectionSettings settings, InjectionRequest request, TimeSpan gracePeriod)
    {
        if (place.UsesIndex && imageDirectory.Contains("$(JOB_COMPLETION_INDEX)", StringComparison.Ordinal))
        {
            AddFieldVariable("JOB_COMPLETION_INDEX", "metadata.annotations['batch.kubernetes.io/job-completion-index']", "The checkpoint directory is named by it.");
        }

        AddVariable("CRIK_IMAGE_DIR", imageDirectory, "Checkpoints are kept there.");
        if (place.Slots > 1)
        {
            AddVariable("CRIK_IMAGE_DIR_SLOTS", $"{place.Slots}", "Several pods share the volume, and each takes a slot of it.");
        }

        if (place.Slots > 1 && !request.Configuration.Any(entry => entry.Key.EnvironmentName is LockTimeout))
        {
            AddVariable(LockTimeout, $"{Durations.ToSeconds(gracePeriod + s_slack)}s", "A new pod waits for the slot of one that is ending.");
        }

        AddVariable("CRIK_GRACE_PERIOD", $"{Durations.ToSeconds(gracePeriod)}s", "crik has to know the pod's grace period, and gives up a checkpoint that does not fit.");
        AddFieldVariable("KUBERNETES_NODE_NAME", "spec.nodeName", "crik asks about this node, and records it in the checkpoint.");
        Uri? server = request.NoNodeStateServer ? null : request.NodeStateServer ?? settings.NodeStateServer;
        if (server is not null)
        {
            AddVariable("CRIK_NODE_STATE_SERVER_URL", server.OriginalString, "The server says whether the node is going away.");
        }

        foreach ((ConfigurationKey key, string value) in request.Configuration.Where(entry => entry.Key.Name is not ImageDirectory.Key))
        {
            AddVariable(key.EnvironmentName, WrappedCommand.Literal(value), $"The annotation {PodAnnotations.ConfigPrefix}{key.Name} asks for it.");
        }
    }

    private void AddVariable(string name, string value, string reason) => Add(name, new JsonObject { ["name"] = name, ["value"] = value }, reason);

    private void AddFieldVariable(string name, string field, string reason) => Add(
        name, new JsonObject { ["name"] = name, ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = field } } }, reason);

    /// <summary>What the pod sets itself wins.</summary>
    private void Add(string name, JsonObject variable, string reason)
    {
        if (!container.HasVariable(name))
        {
            draft.Append(_path, ["env"], variable, "name", reason);
        }
    }
}
