using Crik.Pods;

namespace Crik.Kubectl.Manifests;

/// <summary>Removes from manifests what injection has added.</summary>
internal static class ManifestRemoval
{
    /// <summary>Changes the files.</summary>
    /// <returns>A report for each object that was injected.</returns>
    public static IReadOnlyList<ManifestReport> Apply(IReadOnlyList<ManifestFile> files)
    {
        List<ManifestReport> reports = [];
        foreach (ManifestFile file in files)
        {
            foreach (ManifestDocument document in file.Documents.ToArray())
            {
                IReadOnlyList<ManifestObject> items = document.Objects();
                if (items is [{ Pointer: "" } only] && ClaimManifest.IsAdded(only))
                {
                    file.Documents.Remove(document);
                    reports.Add(new ManifestReport(only.Title, "removed", []));
                    continue;
                }

                // From the last to the first, because a removal moves those behind it.
                reports.AddRange(items.Reverse().Select(item => Apply(document, item)).OfType<ManifestReport>());
            }
        }

        return reports;
    }

    private static ManifestReport? Apply(ManifestDocument document, ManifestObject item)
    {
        if (ClaimManifest.IsAdded(item))
        {
            PodChange removal = new(item.Pointer, ChangeKind.Remove, null, "It undoes what injection did.");
            document.Change([removal], "");
            return new ManifestReport(item.Title, "removed", [removal]);
        }

        if (item.Template is not { } template)
        {
            return null;
        }

        if (Uninjector.ProblemOf(template) is { } problem)
        {
            return new ManifestReport(item.Title, $"skipped: {problem}", [], IsProblem: true);
        }

        IReadOnlyList<PodChange> changes = Uninjector.Plan(template);
        if (changes.Count == 0)
        {
            return null;
        }

        IReadOnlyList<PodChange> claims = ClaimManifest.Removal(item);
        document.Change(claims, item.Pointer);
        document.Change(changes, item.TemplatePointer);
        return new ManifestReport(item.Title, "uninjected", [.. changes.Select(change => change with { Path = item.Kind!.Template + change.Path }), .. claims]);
    }
}
