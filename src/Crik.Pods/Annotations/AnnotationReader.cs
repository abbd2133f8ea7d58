using System.Globalization;
using System.Text.RegularExpressions;
using Crik.Pods.Planning;

namespace Crik.Pods.Annotations;

/// <summary>Turns the annotations of a pod into a request.</summary>
internal static partial class AnnotationReader
{
    /// <summary>The key of crik that `crik.dev/slots` sets. Its schema has the limits.</summary>
    private const string SlotsKey = "imageDirSlots";

    /// <summary>Keys for which there is an annotation that also changes the pod.</summary>
    private static readonly Dictionary<string, string> s_ownAnnotation = new()
    {
        ["gracePeriod"] = PodAnnotations.GracePeriod,
        [SlotsKey] = PodAnnotations.Slots,
        ["nodeStateServerURL"] = PodAnnotations.NodeStateServer,
    };

    private static readonly string[] s_accessModes = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"];

    /// <returns>What is wrong, as a sentence that names the annotation, or null.</returns>
    public static string? Read(IReadOnlyDictionary<string, string> annotations, out InjectionRequest request)
    {
        request = new InjectionRequest();
        List<string> problems = [];
        foreach ((string name, string value) in annotations.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            bool isRequest = name.StartsWith(PodAnnotations.Prefix, StringComparison.Ordinal)
                && name is not PodNames.InjectedAnnotation && !PodNames.OfOnePod.Contains(name);
            if (isRequest && Read(name, value.Trim(), ref request) is { } problem)
            {
                problems.Add($"The annotation {name} {problem}.");
            }
        }

        return problems.Count == 0 ? null : string.Join(' ', problems);
    }

    /// <summary>Whether the annotations of a pod could ask for such a claim.</summary>
    public static bool AcceptsClaim(string name, string accessMode, string size, string? storageClass) =>
        NameProblem(name) is null && s_accessModes.Contains(accessMode) && Quantity().IsMatch(size) && (storageClass is null || NameProblem(storageClass) is null);

    private static string? Read(string name, string value, ref InjectionRequest request)
    {
        switch (name)
        {
            case PodAnnotations.Containers:
                string[] names = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                request = request with { Containers = names, AllContainers = value is "*" };
                return names.Length == 0 ? "is empty: name a container, or write *" : null;
            case PodAnnotations.GracePeriod:
                bool isTime = Durations.TryParse(value, out TimeSpan gracePeriod) && gracePeriod >= TimeSpan.FromSeconds(1);
                request = request with { GracePeriod = isTime ? gracePeriod : null };
                return isTime ? null : $"must be a duration from 1s to 1000h such as 5m, not '{value}'";
            case PodAnnotations.Claim:
                request = request with { Claim = value };
                return NameProblem(value);
            case PodAnnotations.StorageClass:
                request = request with { StorageClass = value };
                return NameProblem(value);
            case PodAnnotations.StorageSize:
                request = request with { StorageSize = value };
                return Quantity().IsMatch(value) ? null : $"must be a quantity such as 20Gi, not '{value}'";
            case PodAnnotations.AccessMode:
                request = request with { AccessMode = value };
                return s_accessModes.Contains(value) ? null : $"must be one of {string.Join(", ", s_accessModes)}, not '{value}'";
            case PodAnnotations.Slots:
                bool isCount = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int slots) && slots > 0;
                request = request with { Slots = isCount ? slots : null };
                return isCount ? ConfigurationKeys.Find(SlotsKey)!.Refuse(value) : $"must be a number above 0, not '{value}'";
            case PodAnnotations.NodeStateServer:
                return ReadServer(value, ref request);
            case PodAnnotations.Bundle:
                request = request with { Bundle = value is "init-container" ? BundleMode.InitContainer : BundleMode.ImageVolume };
                return value is "image-volume" or "init-container" ? null : $"must be image-volume or init-container, not '{value}'";
            default:
                return ReadConfiguration(name, value, ref request);
        }
    }

    private static string? ReadServer(string value, ref InjectionRequest request)
    {
        if (value is "none")
        {
            request = request with { NoNodeStateServer = true };
            return null;
        }

        bool isUrl = Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
        request = request with { NodeStateServer = isUrl ? url : null };
        return isUrl ? null : $"must be an http or https URL or none, not '{value}'";
    }

    private static string? ReadConfiguration(string name, string value, ref InjectionRequest request)
    {
        if (!name.StartsWith(PodAnnotations.ConfigPrefix, StringComparison.Ordinal))
        {
            return $"is unknown. The known ones are {string.Join(", ", PodAnnotations.All.Select(annotation => annotation.Name))}";
        }

        string key = name[PodAnnotations.ConfigPrefix.Length..];
        if (s_ownAnnotation.TryGetValue(key, out string? own))
        {
            return $"has a better name: write {own}, which also changes the pod";
        }

        if (ConfigurationKeys.Find(key) is not { } known)
        {
            return "names no key of crik. docs/reference.md has the list";
        }

        request = request with { Configuration = [.. request.Configuration, (known, value)] };
        return known.Refuse(value) ?? (key is ImageDirectory.Key ? MountProblem(value) : null);
    }

    /// <summary>A volume is mounted there. Kubernetes refuses some paths, and the pod with them.</summary>
    private static string? MountProblem(string directory) =>
        directory.AsSpan().IndexOfAny(':', '$') >= 0 || directory.TrimEnd('/').Length == 0 || $"{directory}/".StartsWith(PodNames.BundleDirectory + "/", StringComparison.Ordinal)
            ? $"must be a directory other than / and {PodNames.BundleDirectory}, without a colon or a dollar sign, not '{directory}'" : null;

    /// <summary>The names of most objects are DNS subdomains (RFC 1123).</summary>
    private static string? NameProblem(string value) =>
        value.Length <= 253 && Name().IsMatch(value) ? null : $"must be the name of an object, not '{value}'";

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A(?=.*[1-9])[0-9]{1,15}(\.[0-9]{1,3})?([KMGTPE]i|[kMGTPE])?\z")]
    private static partial Regex Quantity();
}
