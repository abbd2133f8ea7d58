using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.Output;
using Crik.Pods;

namespace Crik.Kubectl.Manifests;

/// <summary>
/// The claim for checkpoints in a manifest: an entry of `volumeClaimTemplates`, or an object of its own. It has an
/// annotation, so that `uninject` finds it.
/// </summary>
internal static class ClaimManifest
{
    private const string Claims = "/spec/volumeClaimTemplates", Mark = "claim";

    /// <summary>Adds the claim that a pod template needs now.</summary>
    /// <returns>The changes, for people. The last word of the path of another document is its kind.</returns>
    public static PodChange? Add(ManifestFile file, ManifestDocument document, ManifestObject item, ClaimRequest claim)
    {
        JsonObject manifest = claim.ToManifest();
        JsonObject metadata = (JsonObject)manifest["metadata"]!;
        metadata["annotations"] = new JsonObject { [PodNames.InjectedAnnotation] = Mark };
        if (claim.IsTemplate)
        {
            if (item.Json.Objects("spec", "volumeClaimTemplates").Any(known => known.Name() == claim.Name))
            {
                return null;
            }

            bool isFirst = item.Json.At("spec", "volumeClaimTemplates") is not JsonArray;
            PodChange added = new(
                isFirst ? Claims : $"{Claims}/-", ChangeKind.Add, isFirst ? new JsonArray(manifest) : manifest, "Each pod gets a volume of its own for its checkpoints.");
            document.Change([added], item.Pointer);
            return added;
        }

        if (file.Documents.SelectMany(static known => known.Objects()).Any(known => IsClaim(known) && known.Json.Name() == claim.Name && known.Namespace == item.Namespace))
        {
            return null;
        }

        if (item.Namespace is { } space)
        {
            metadata["namespace"] = space;
        }

        PodChange change = new("/items/-", ChangeKind.Add, manifest, "The checkpoints need a volume that outlives the pod.");
        if (document.HoldsList())
        {
            document.Change([change], "");
            return change;
        }

        string text = document.Text;
        string separator = text.Length == 0 || text[^1] == '\n' ? "---\n" : "\n---\n", newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        string appended = (separator + Documents.Yaml(manifest)).ReplaceLineEndings(newLine);
        file.Documents.Insert(file.Documents.IndexOf(document) + 1, new ManifestDocument(file.Name, 1, appended));
        return change with { Path = $"/PersistentVolumeClaim/{claim.Name}" };
    }

    /// <summary>What `uninject` removes from an object that holds claims.</summary>
    public static IReadOnlyList<PodChange> Removal(ManifestObject item)
    {
        JsonObject[] templates = [.. item.Json.Objects("spec", "volumeClaimTemplates")];
        int index = Array.FindIndex(templates, IsMarked);
        const string reason = "It undoes what injection did.";
        return index < 0 ? [] : [new PodChange(templates.Length == 1 ? Claims : $"{Claims}/{index}", ChangeKind.Remove, null, reason)];
    }

    /// <summary>Whether `inject` has added this object.</summary>
    public static bool IsAdded(ManifestObject item) => IsClaim(item) && IsMarked(item.Json);

    /// <summary>What the manifests of the claims in a namespace say about their volumes.</summary>
    public static IReadOnlyList<VolumeFacts> Facts(IEnumerable<ManifestObject> items, string? space) =>
    [
        .. items.Where(item => IsClaim(item) && item.Namespace == space)
            .Select(static claim => new VolumeFacts(claim.Json.Name(), [.. claim.Json.Texts("spec", "accessModes")], [], [])),
    ];

    private static bool IsClaim(ManifestObject item) => item.KindName == "PersistentVolumeClaim";

    private static bool IsMarked(JsonObject claim) => claim.Text("metadata", "annotations", PodNames.InjectedAnnotation) == Mark;
}
