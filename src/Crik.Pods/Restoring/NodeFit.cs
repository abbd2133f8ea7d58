using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>
/// Says why the scheduler would never put a pod onto a node: its nodeSelector, its required node affinity, and the taints of
/// the node. Resources and volumes are left to the scheduler.
/// </summary>
internal static class NodeFit
{
    /// <summary>Kubernetes adds and removes taints with this prefix by itself, such as for a node that is not ready.</summary>
    private const string OfKubernetes = "node.kubernetes.io/";

    public static IEnumerable<Obstacle> Find(JsonObject pod, NodeFacts node)
    {
        JsonNode? spec = pod.At("spec");
        if (spec.At("nodeName") is not null)
        {
            yield break; // no scheduler is asked
        }

        if (node.Labels is { } labels)
        {
            foreach ((string key, string value) in spec.At("nodeSelector").TextMap().Where(wanted => labels.GetValueOrDefault(wanted.Key) != wanted.Value))
            {
                yield return Problem(node, $"It does not have the label {key}={value}, for which the pod's nodeSelector asks.");
            }

            JsonObject[] terms = [.. NodeChoice.RequiredTerms(spec).Maps()];
            if (terms.Length > 0 && !terms.Any(term => Matches(term, labels, node.Name)))
            {
                yield return Problem(node, "The node affinity of the pod does not allow it.");
            }
        }

        JsonObject[] tolerations = [.. spec.At("tolerations").Maps()];
        foreach (NodeTaint taint in node.Taints.Where(taint => taint.Effect is "NoSchedule" or "NoExecute" && !taint.Key.StartsWith(OfKubernetes, StringComparison.Ordinal)))
        {
            if (!tolerations.Any(toleration => Tolerates(toleration, taint)))
            {
                yield return Problem(node, $"It has the taint {taint}, which the pod does not tolerate.");
            }
        }
    }

    /// <summary>A term without any requirement matches nothing (k8s.io/component-helpers, nodeaffinity).</summary>
    private static bool Matches(JsonObject term, IReadOnlyDictionary<string, string> labels, string name)
    {
        JsonObject[] expressions = [.. term.At("matchExpressions").Maps()];
        JsonObject[] fields = [.. term.At("matchFields").Maps()];
        return expressions.Length + fields.Length > 0
            && expressions.All(expression => Holds(expression, labels.GetValueOrDefault(expression.At("key").Text() ?? "")))
            && fields.All(field => field.At("key").Text() is NodeChoice.NameField && Holds(field, name));
    }

    private static bool Holds(JsonObject requirement, string? value)
    {
        IReadOnlyList<string> values = requirement.At("values").Texts();
        return requirement.At("operator").Text() switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Number(value) is { } number && values is [var least] && number > Number(least),
            "Lt" => Number(value) is { } number && values is [var most] && number < Number(most),
            _ => false,
        };
    }

    private static bool Tolerates(JsonObject toleration, NodeTaint taint)
    {
        string? key = toleration.At("key").Text(), effect = toleration.At("effect").Text();
        bool isAny = toleration.At("operator").Text() is "Exists";
        return (effect is null or "" || effect == taint.Effect)
            && (key is null or "" ? isAny : key == taint.Key)
            && (isAny || (toleration.At("value").Text() ?? "") == taint.Value);
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static Obstacle Problem(NodeFacts node, string sentence) =>
        new(Severity.Problem, $"node {node.Name}", sentence, "Use another node.");
}
