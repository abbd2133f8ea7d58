using Crik.Kubectl.Cluster;
using Crik.Pods;
using Crik.Registry;

namespace Crik.Kubectl.Manifests;

/// <summary>Adds crik to the pod templates of manifests.</summary>
/// <param name="entrypoints">What the user says about images, by the name of the container; the empty name is for all.</param>
internal sealed class ManifestInjection(InjectionSettings settings, IReadOnlyDictionary<string, IReadOnlyList<string>> entrypoints, ImageLookup images)
{
    /// <summary>Reasons for which an object is left alone that its owner wants or that nobody can help.</summary>
    private static readonly HashSet<string> s_deliberate = [SkipReasons.OptedOut, SkipReasons.DaemonSet, SkipReasons.StaticPod, SkipReasons.NotLinux, SkipReasons.OtherArchitecture];

    /// <summary>Changes the files.</summary>
    /// <returns>A report for each object with pods.</returns>
    public async Task<IReadOnlyList<ManifestReport>> ApplyAsync(IReadOnlyList<ManifestFile> files, CancellationToken cancellationToken)
    {
        Dictionary<string, NamespaceFacts> spaces = Namespaces(files);
        List<ManifestReport> reports = [];
        foreach (ManifestFile file in files)
        {
            foreach (ManifestDocument document in file.Documents.ToArray())
            {
                foreach (ManifestObject item in document.Objects().Where(static item => item.Template is not null))
                {
                    reports.Add(await ApplyAsync(file, document, item, spaces, cancellationToken));
                }
            }
        }

        return reports;
    }

    /// <summary>Namespaces that are in the manifests themselves, with their labels.</summary>
    public static Dictionary<string, NamespaceFacts> Namespaces(IReadOnlyList<ManifestFile> files) => files
        .SelectMany(static file => file.Documents).SelectMany(static document => document.Objects()).Where(static item => item.KindName == "Namespace")
        .DistinctBy(static item => item.Json.Name())
        .ToDictionary(static item => item.Json.Name(), static item => new NamespaceFacts(item.Json.Name(), Labels.Of(item.Json)));

    private async Task<ManifestReport> ApplyAsync(
        ManifestFile file, ManifestDocument document, ManifestObject item, Dictionary<string, NamespaceFacts> spaces, CancellationToken cancellationToken)
    {
        PodToInject pod = item.ToPod(spaces);
        (Dictionary<string, ImageConfiguration> known, string? problem) = await ImagesAsync(pod, cancellationToken);
        switch (Injector.Plan(pod, settings, known))
        {
            case InjectionPlan.Injected injected:
                document.Change(injected.Changes, item.TemplatePointer);
                PodChange? claim = injected.Claim is { } wanted ? ClaimManifest.Add(file, document, item, wanted) : null;
                IEnumerable<PodChange> inside = injected.Changes.Select(change => change with { Path = item.Kind!.Template + change.Path });
                return new ManifestReport(item.Title, "injected", claim is null ? [.. inside] : [.. inside, claim]);
            case InjectionPlan.Skipped skipped:
                string because = skipped.Reason == SkipReasons.CommandUnknown && problem is not null ? problem : skipped.Message;
                return new ManifestReport(item.Title, $"skipped ({skipped.Reason}): {because}", [], !s_deliberate.Contains(skipped.Reason));
            default:
                return new ManifestReport(item.Title, "already injected", []);
        }
    }

    /// <returns>What is known about the images, and why something is not.</returns>
    private async Task<(Dictionary<string, ImageConfiguration> Known, string? Problem)> ImagesAsync(PodToInject pod, CancellationToken cancellationToken)
    {
        Dictionary<string, ImageConfiguration> known = [];
        string? problem = null;
        foreach (string container in Injector.ContainersWhoseImageIsNeeded(pod))
        {
            if ((entrypoints.GetValueOrDefault(container) ?? entrypoints.GetValueOrDefault("")) is { } given)
            {
                known[container] = new ImageConfiguration("", given, []);
                continue;
            }

            string image = pod.Pod.Objects("spec", "containers").FirstOrDefault(item => item.Text("name") == container).Text("image") ?? "";
            try
            {
                known[container] = await images(image, cancellationToken);
            }
            catch (RegistryException exception)
            {
                problem = $"container {container} names no command, and the ENTRYPOINT of its image could not be read: {exception.Message} You can give it with --entrypoint.";
            }
        }

        return (known, problem);
    }
}
