using System.Reflection;
using Crik.Pods.Annotations;

namespace Crik.Pods.Tests;

/// <summary>Compares docs/injection.md with the code.</summary>
public sealed class DocumentsTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Repository.In("docs/injection.md"));

    [Fact]
    public void The_table_of_annotations_is_that_of_the_code() => Assert.Equal(
        PodAnnotations.All.Select(annotation => $"| `{annotation.Name}` | {annotation.Values} | {annotation.Default} | {annotation.Meaning} |"),
        s_lines.Where(line => line.StartsWith("| `crik.dev/", StringComparison.Ordinal)));

    [Fact]
    public void Every_reason_to_skip_a_pod_has_a_row()
    {
        IEnumerable<string> reasons = typeof(SkipReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        string[] rows = [.. s_lines.SkipWhile(line => line != "## When a pod stays as it is").TakeWhile(line => !line.StartsWith("## The command", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])];

        Assert.Equal(reasons.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        Assert.All(reasons, reason => Assert.True(SkipReasons.IsKnown(reason), reason));
    }

    [Fact]
    public void The_variables_of_the_keys_are_those_of_the_reference()
    {
        string reference = File.ReadAllText(Repository.In("docs/reference.md"));

        Assert.All(ConfigurationKeys.All, key => Assert.Contains($"| `{key.Name}` | `{key.EnvironmentName}` |", reference, StringComparison.Ordinal));
    }
}
