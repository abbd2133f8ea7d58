using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.Yaml;
using Crik.Pods;

namespace Crik.Kubectl.Manifests;

/// <summary>One document of a manifest file. Changes are written into its text.</summary>
/// <param name="file">The name of the file, for messages.</param>
/// <param name="firstLine">The line of the file at which the document begins, counted from 1.</param>
internal sealed class ManifestDocument(string file, int firstLine, string text)
{
    public string Text { get; private set; } = text;

    public bool IsJson => Text.TrimStart().StartsWith('{');

    /// <exception cref="KubectlException">The text is not YAML.</exception>
    public IReadOnlyList<ManifestObject> Objects()
    {
        if (Guarded(() => YamlReader.Read(Text).Root?.ToJson()) is not JsonObject root)
        {
            return [];
        }

        return IsList(root)
            ? [.. root["items"]!.AsArray().Select(static (item, index) => (item, index)).Where(static pair => pair.item is JsonObject)
                .Select(static pair => new ManifestObject($"/items/{pair.index}", (JsonObject)pair.item!))]
            : [new ManifestObject("", root)];
    }

    /// <exception cref="KubectlException">A change cannot be written without changing something else.</exception>
    public void Change(IReadOnlyList<PodChange> changes, string below) => Text = Guarded(() => YamlEditor.Apply(Text, changes, below));

    /// <summary>Whether this document holds a list of objects, so that another one can be added to it.</summary>
    public bool HoldsList() => Guarded(() => YamlReader.Read(Text).Root?.ToJson()) is JsonObject root && IsList(root);

    private static bool IsList(JsonObject root) => root.Text("kind") is { } kind && kind.EndsWith("List", StringComparison.Ordinal) && root["items"] is JsonArray;

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (YamlProblemException exception)
        {
            throw new KubectlException($"{file}:{firstLine + exception.Line - 1}: {exception.Message}", exception);
        }
    }
}
