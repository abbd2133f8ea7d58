using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Annotations;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests;

/// <summary>Compares what the rules for copies of pods and for annotations know with all names that the programs use.</summary>
public sealed partial class PodNamesTests
{
    /// <summary>What a pod that is made from another one has too.</summary>
    private static readonly string[] s_kept = [PodNames.InjectLabel, PodNames.InjectedAnnotation];

    /// <summary>Names that are never on a pod: of PodCheckpoints, of controllers, of images, and of nodes.</summary>
    private static readonly string[] s_ofOtherObjects =
        [PodNames.SavedPodAnnotation, "crik.dev/pinned", "crik.dev/image", "crik.dev/checkpoint-identifier", "crik.dev/rollback", "crik.dev/bind-mounts",
            PodMigrationNames.RestoringNodeLabel, "crik.dev/eviction", "crik.dev/migration-policy"];

    private static readonly string[] s_settings = [.. PodAnnotations.All.Select(annotation => annotation.Name)
        .Where(name => name.StartsWith(PodAnnotations.Prefix, StringComparison.Ordinal))];

    [Fact]
    public void Every_name_in_the_sources_is_known_as_one_of_a_setting_of_one_pod_of_all_its_copies_or_of_another_object()
    {
        string[] used = [.. Directory.EnumerateFiles(Repository.In("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Name().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith(PodAnnotations.ConfigPrefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

        string[] known = [.. s_settings.Where(name => !name.StartsWith(PodAnnotations.ConfigPrefix, StringComparison.Ordinal)), .. PodNames.OfOnePod, .. s_kept,
            .. s_ofOtherObjects];
        Assert.Equal(known.Order(StringComparer.Ordinal), used);
    }

    [Fact]
    public void A_pod_that_is_made_again_has_no_name_that_is_about_the_old_one_and_keeps_the_others()
    {
        JsonObject pod = Pods.With();
        foreach (string map in (string[])["labels", "annotations"])
        {
            pod["metadata"]![map] = new JsonObject([.. PodNames.OfOnePod.Concat(s_kept).Concat(s_settings)
                .Select(name => KeyValuePair.Create(name, (JsonNode?)"x"))]);
        }

        JsonObject template = RestoredPod.Template(pod);

        Assert.All(["labels", "annotations"], map => Assert.Equal(
            s_kept.Concat(s_settings).Order(StringComparer.Ordinal), template.At("metadata", map).TextMap().Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void No_name_that_is_about_one_pod_is_taken_for_a_setting()
    {
        string[] others = [.. PodNames.OfOnePod, PodNames.InjectedAnnotation];

        Assert.Null(AnnotationReader.Read(others.ToDictionary(name => name, _ => "x"), out InjectionRequest request));
        Assert.Equal(new InjectionRequest().Containers, request.Containers);
        Assert.NotNull(AnnotationReader.Read(new Dictionary<string, string> { ["crik.dev/grace-periode"] = "5m" }, out _));
    }

    /// <summary>A name that is written out as one string. The names of API groups and webhooks have no slash.</summary>
    [GeneratedRegex("\"(crik\\.dev/[a-z][a-z0-9.-]*)\"")]
    private static partial Regex Name();
}
