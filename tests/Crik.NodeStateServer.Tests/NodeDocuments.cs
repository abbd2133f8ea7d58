using System.Text.Json;
using Crik.NodeStateServer.Kubernetes;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Tests;

/// <summary>Reads the documents in testdata/ in the same way as the server reads Nodes.</summary>
internal static class NodeDocuments
{
    public static IEnumerable<string> Names { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "testdata"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "testdata", name + ".json"));

    public static NodeSnapshot Read(string name, NodeClassifier classifier) => Parse(Bytes(name), classifier);

    public static NodeSnapshot Parse(ReadOnlySpan<byte> json, NodeClassifier classifier) =>
        JsonSerializer.Deserialize(json, KubernetesJson.Reading(classifier.LabelKeys.Concat(classifier.AnnotationKeys)).NodeDocument)!.ToSnapshot();
}
