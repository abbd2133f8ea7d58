using System.Text.Json.Nodes;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Admission;

/// <summary>An object that another one names in `metadata.ownerReferences`.</summary>
/// <param name="Group">The group of its API, which is empty for the core group.</param>
internal sealed record Owner(string Kind, string Group, string Name, string Id)
{
    /// <summary>Whether a claim for checkpoints is made to end with it.</summary>
    public bool OwnsClaims => this is { Group: "apps", Kind: "Deployment" or "ReplicaSet" or "StatefulSet" } or { Group: "batch", Kind: "Job" };

    public static Owner? Of(JsonObject item) => Read(item.At("metadata", "ownerReferences").Maps().Where(reference => reference.At("controller").IsTrue())).FirstOrDefault();

    /// <summary>Whose claim it is, if it was made for something else than the pods of this controller.</summary>
    /// <param name="controller">Null for a pod that no controller makes.</param>
    public static Owner? OtherOf(JsonObject claim, PodController? controller)
    {
        Owner[] owners = [.. Read(claim.At("metadata", "ownerReferences").Maps()).Where(owner => owner.OwnsClaims)];
        return Array.Exists(owners, owner => owner.Kind == controller?.Kind && owner.Name == controller.Name) ? null : owners.FirstOrDefault();
    }

    private static IEnumerable<Owner> Read(IEnumerable<JsonObject> references) => references
        .Select(reference => new Owner(
            reference.At("kind").Text() ?? "", GroupOf(reference.At("apiVersion").Text() ?? ""), reference.At("name").Text() ?? "", reference.At("uid").Text() ?? ""))
        .Where(owner => owner.Kind.Length > 0 && owner.Name.Length > 0);

    private static string GroupOf(string version) => version.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? version[..slash] : "";
}
