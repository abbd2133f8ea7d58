using System.Text.Json.Nodes;
using Crik.Pods.Planning;
using Crik.Pods.Reading;

namespace Crik.Pods.Explaining;

/// <summary>What the security contexts of the pod and a container forbid.</summary>
internal static class PrivilegeObstacles
{
    private const string Remedy = """
        securityContext:
          capabilities: {add: [CHECKPOINT_RESTORE, SYS_PTRACE]}
          seccompProfile: {type: Unconfined}
        """;

    private static readonly string[] s_needed = ["CHECKPOINT_RESTORE", "SYS_PTRACE"];

    public static IEnumerable<Obstacle> Find(JsonObject pod, TargetContainer container)
    {
        string subject = $"container {container.Name}";
        JsonNode? context = container.Json.At("securityContext");
        if (container.IsPrivileged)
        {
            yield return new Obstacle(Severity.Note, subject, "It is privileged. crik works, but two capabilities would be enough.", Remedy);
        }
        else
        {
            foreach (Obstacle obstacle in Capabilities(subject, context).Concat(Seccomp(subject, pod, context)))
            {
                yield return obstacle;
            }
        }

        foreach (Obstacle obstacle in User(subject, pod, context))
        {
            yield return obstacle;
        }

        if (context.At("readOnlyRootFilesystem").IsTrue())
        {
            yield return new Obstacle(Severity.Note, subject,
                "Its root file system is read-only. Files that the program keeps in an emptyDir are saved only if additionalPaths names them.",
                "metadata: {annotations: {crik.dev/config.additionalPaths: /tmp}}");
        }
    }

    private static IEnumerable<Obstacle> Capabilities(string subject, JsonNode? context)
    {
        HashSet<string> added = [.. Names(context.At("capabilities", "add"))];
        HashSet<string> dropped = [.. Names(context.At("capabilities", "drop"))];
        string[] missing = [.. s_needed.Where(name => !added.Contains(name) && !added.Contains("ALL"))];
        if (missing.Length > 0)
        {
            yield return new Obstacle(Severity.Problem, subject, $"It lacks the capabilities {string.Join(" and ", missing)}, without which no checkpoint can be made.", Remedy);
        }

        string[] taken = [.. s_needed.Where(dropped.Contains)];
        if (taken.Length > 0)
        {
            yield return new Obstacle(Severity.Problem, subject,
                $"It drops {string.Join(" and ", taken)} by name, and that wins over adding them.", "Remove them from securityContext.capabilities.drop. ALL may stay there.");
        }
    }

    private static IEnumerable<Obstacle> Seccomp(string subject, JsonObject pod, JsonNode? context)
    {
        string? profile = context.At("seccompProfile", "type").Text() ?? pod.At("spec", "securityContext", "seccompProfile", "type").Text();
        if (profile is null)
        {
            yield return new Obstacle(Severity.Warning, subject,
                "It names no seccomp profile. A kubelet with seccompDefault: true gives it a filter, and then every checkpoint fails.", Remedy);
        }
        else if (profile is not "Unconfined")
        {
            yield return new Obstacle(Severity.Problem, subject, $"Its seccomp profile is {profile}. criu cannot trace processes under a filter.", Remedy);
        }
    }

    private static IEnumerable<Obstacle> User(string subject, JsonObject pod, JsonNode? context)
    {
        JsonNode? ofPod = pod.At("spec", "securityContext");
        long? user = (context.At("runAsUser") ?? ofPod.At("runAsUser")).Number();
        bool isNotRoot = user is > 0 || (context.At("runAsNonRoot") ?? ofPod.At("runAsNonRoot")).IsTrue();
        if (isNotRoot && context.At("allowPrivilegeEscalation").IsFalse())
        {
            yield return new Obstacle(Severity.Problem, subject,
                "It does not run as root, so criu gets its capabilities from its file, and allowPrivilegeEscalation: false forbids that.",
                "securityContext: {allowPrivilegeEscalation: true}");
        }
        else if (isNotRoot)
        {
            yield return new Obstacle(Severity.Note, subject,
                "It does not run as root, so criu gets its capabilities from its file. An image volume keeps them, and so does an image with setcap.",
                "docs/reference.md#privileges");
        }
    }

    private static IEnumerable<string> Names(JsonNode? list) => list.Texts().Select(name => name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name);
}
