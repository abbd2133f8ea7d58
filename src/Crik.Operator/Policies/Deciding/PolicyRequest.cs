using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Hosting;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Deciding;

/// <summary>What a MigrationPolicy asks for, with the defaults filled in.</summary>
/// <param name="For">How long a node has to be above a threshold.</param>
internal sealed record PolicyRequest(MigrationPolicySpec Spec, TimeSpan For, TimeSpan CoolDown)
{
    private const int LongestName = 54;

    private static readonly string[] s_criteria = ["priority", "memory", "cpu", "moveTime"];
    private static readonly TimeSpan s_for = TimeSpan.FromMinutes(5), s_coolDown = TimeSpan.FromMinutes(10);

    public int MaxConcurrent => Spec.MaxConcurrent ?? 1;

    public IReadOnlyList<string> Order => Spec.Order is { Count: > 0 } order ? order : ["priority", "memory", "moveTime"];

    public MigrationDestination To => Spec.To ?? new MigrationDestination();

    public bool IsSummary => Spec.Source is "summary";

    public bool IsDryRun => Spec.DryRun is not false;

    public bool IsSuspended => Spec.Suspend is true;

    /// <summary>The resources that have thresholds.</summary>
    public IEnumerable<(string Resource, int Above, int Until)> Thresholds
    {
        get
        {
            foreach ((string resource, PolicyThreshold? one) in ((string, PolicyThreshold?)[])[(Resources.Cpu, Spec.Thresholds?.Cpu), (Resources.Memory, Spec.Thresholds?.Memory)])
            {
                if (one is { Above: { } above, Until: { } until })
                {
                    yield return (resource, above, until);
                }
            }
        }
    }

    /// <summary>Whether a node is one of those that are watched.</summary>
    public bool Watches(IReadOnlyDictionary<string, string> labels) => Have(labels, Spec.NodeSelector!);

    /// <summary>Whether a node is one of those to which pods may be moved.</summary>
    public bool Allows(string node, IReadOnlyDictionary<string, string> labels) =>
        To.Node is { Length: > 0 } only ? node == only : Have(labels, To.NodeSelector ?? new Dictionary<string, string>());

    /// <returns>The request, or null if the spec cannot be followed. The schema refuses most of that before.</returns>
    /// <param name="problem">Why not, as a sentence.</param>
    public static PolicyRequest? Read(MigrationPolicyDocument item, out string problem)
    {
        MigrationPolicySpec spec = item.Spec ?? new MigrationPolicySpec();
        TimeSpan time = s_for, coolDown = s_coolDown;
        problem = item.Metadata?.Name is { Length: > LongestName } ? $"The name of a MigrationPolicy may have {LongestName} characters."
            : spec.NodeSelector is not { Count: > 0 } ? "spec.nodeSelector must name at least one label. kubernetes.io/os: linux is all nodes."
            : spec.Pods?.Namespaces is not { Count: > 0 } ? "spec.pods.namespaces must name at least one namespace."
            : spec.Pods.Selector is { IsEmpty: true } ? "spec.pods.selector must name at least one label. Leave it out for all pods of the namespaces."
            : spec.Thresholds?.Cpu is null && spec.Thresholds?.Memory is null ? "spec.thresholds must have cpu or memory or both."
            : Wrong("cpu", spec.Thresholds.Cpu) is { } cpu ? cpu
            : Wrong("memory", spec.Thresholds.Memory) is { } memory ? memory
            : spec.For is { } text && !IsTime(text, out time) ? $"spec.for must be a duration of at least 1s, such as 5m, not '{text}'."
            : spec.CoolDown is { } pause && !IsTime(pause, out coolDown) ? $"spec.coolDown must be a duration of at least 1s, such as 10m, not '{pause}'."
            : spec.MaxConcurrent is < 1 ? "spec.maxConcurrent must be at least 1."
            : spec.Order?.FirstOrDefault(static one => !s_criteria.Contains(one)) is { } other
                ? $"spec.order may have {string.Join(", ", s_criteria)}, and not '{other}'."
            : spec.To is { Node.Length: > 0, NodeSelector.Count: > 0 } ? "spec.to must have a node or a nodeSelector, not both."
            : spec.Source is not (null or "metrics" or "summary") ? $"spec.source must be metrics or summary, not '{spec.Source}'."
            : "";
        return problem.Length > 0 ? null : new PolicyRequest(spec, time, coolDown);
    }

    private static string? Wrong(string resource, PolicyThreshold? threshold) =>
        threshold is null || (threshold is { Above: <= 100, Until: >= 1 } && threshold.Until < threshold.Above) ? null
            : $"spec.thresholds.{resource} must have above and until, in percent, and until must be less than above.";

    private static bool IsTime(string text, out TimeSpan time) => Duration.TryParse(text, out time) && time >= TimeSpan.FromSeconds(1);

    private static bool Have(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> wanted) =>
        wanted.All(one => labels.TryGetValue(one.Key, out string? value) && value == one.Value);
}
