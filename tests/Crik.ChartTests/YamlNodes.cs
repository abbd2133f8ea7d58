using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>Finds nodes in a YAML document by their keys.</summary>
internal static class YamlNodes
{
    public static YamlMappingNode Load(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public static YamlNode? Find(this YamlNode node, params string[] path)
    {
        YamlNode? current = node;
        foreach (string key in path)
        {
            current = current is YamlMappingNode mapping && mapping.Children.TryGetValue(key, out YamlNode? value) ? value : null;
        }

        return current;
    }

    public static YamlNode At(this YamlNode node, params string[] path) =>
        node.Find(path) ?? throw new KeyNotFoundException($"there is no {string.Join('.', path)} in:\n{node}");

    public static string Text(this YamlNode node, params string[] path) => ((YamlScalarNode)node.At(path)).Value!;

    public static IEnumerable<YamlNode> Items(this YamlNode node, params string[] path) => ((YamlSequenceNode)node.At(path)).Children;

    public static IEnumerable<string> Texts(this YamlNode node, params string[] path) => node.Items(path).Select(item => ((YamlScalarNode)item).Value!);

    /// <summary>Returns a mapping of strings, such as labels.</summary>
    public static Dictionary<string, string> Map(this YamlNode node, params string[] path) =>
        ((YamlMappingNode)node.At(path)).Children.ToDictionary(entry => ((YamlScalarNode)entry.Key).Value!, entry => ((YamlScalarNode)entry.Value).Value!);

    /// <summary>Returns every mapping in this node, including the node itself.</summary>
    public static IEnumerable<YamlMappingNode> Mappings(this YamlNode node) => node.AllNodes.OfType<YamlMappingNode>();
}
