using System.Text.Json.Nodes;
using Crik.Kubectl.Yaml;
using Crik.Pods;

namespace Crik.Kubectl.Tests.Yaml;

/// <summary>What holds for every document and every change. A failure names the seed that shows it again.</summary>
public sealed class YamlEditorPropertyTests
{
    private const int Seeds = 3000;

    [Fact]
    public void The_values_of_an_edited_text_are_the_edited_values() => ForAll((text, change) =>
    {
        JsonObject old = Values(text);

        string edited = YamlEditor.Apply(text, [change]);

        Assert.True(JsonNode.DeepEquals(JsonPatch.Apply(old, [change]), Values(edited)), edited);
    });

    [Fact]
    public void What_is_added_and_removed_again_leaves_the_same_bytes() => ForAll((text, change) =>
    {
        if (change.Kind is ChangeKind.Add)
        {
            string edited = YamlEditor.Apply(text, [change]);
            Assert.Equal(text, YamlEditor.Apply(edited, [change with { Kind = ChangeKind.Remove, Value = null }]));
        }
    });

    [Fact]
    public void An_addition_keeps_every_line_that_was_there() => ForAll((text, change) =>
    {
        if (change.Kind is ChangeKind.Add)
        {
            string edited = YamlEditor.Apply(text, [change]);
            Assert.Equal(text.Split('\n').SelectMany(Comments), edited.Split('\n').SelectMany(Comments));
        }
    });

    [Fact]
    public void A_change_to_the_same_value_changes_nothing() => ForAll((text, _) =>
    {
        PodChange[] same = [.. Values(text).Select(pair => new PodChange("/" + pair.Key, ChangeKind.Replace, pair.Value, ""))];

        Assert.Equal(text, YamlEditor.Apply(text, same));
    });

    private static JsonObject Values(string text) => YamlReader.Read(text).Root!.ToJson()!.AsObject();

    private static IEnumerable<string> Comments(string line) =>
        line.IndexOf("# own ", StringComparison.Ordinal) is >= 0 and var own ? [line[own..].TrimEnd()]
        : line.IndexOf(" # line ", StringComparison.Ordinal) is >= 0 and var end ? [line[end..].TrimEnd()]
        : [];

    private static void ForAll(Action<string, PodChange> check)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            RandomYaml random = new(seed);
            string text = random.Document();
            PodChange change = random.Change(Values(text));
            try
            {
                check(text, change);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}\n{change}\n--- the text:\n{text}", exception);
            }
        }
    }
}
