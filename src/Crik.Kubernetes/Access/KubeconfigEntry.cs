using System.Text;
using YamlDotNet.RepresentationModel;

namespace Crik.Kubernetes.Access;

/// <summary>A part of a kubeconfig, and the file that it comes from.</summary>
internal sealed class KubeconfigEntry(YamlMappingNode node, string path)
{
    /// <returns>The value, or null when it is missing or empty.</returns>
    public string? Text(string key) => (Child(key) as YamlScalarNode)?.Value;

    public bool IsTrue(string key) => Text(key) == "true";

    public KubeconfigEntry? Part(string key) => Child(key) is YamlMappingNode part ? new KubeconfigEntry(part, path) : null;

    /// <returns>The mappings in a list, or nothing when there is no such list.</returns>
    public IEnumerable<KubeconfigEntry> Parts(string key) =>
        Child(key) is YamlSequenceNode list ? list.Children.OfType<YamlMappingNode>().Select(item => new KubeconfigEntry(item, path)) : [];

    public IEnumerable<string> Texts(string key) =>
        Child(key) is YamlSequenceNode list ? list.Children.OfType<YamlScalarNode>().Select(item => item.Value ?? "") : [];

    public IEnumerable<string> Keys() => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    public YamlNode? Child(string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) && value is not YamlScalarNode { Value: null or "" or "null" } ? value : null;

    /// <summary>
    /// Returns the text in `key-data`, or of the file that `key` names. `key-data` wins.
    /// </summary>
    public ConfiguredText? Data(string key) =>
        Text(key + "-data") is { } data ? ConfiguredText.Fixed(Decoded(key, data))
        : Text(key) is { } file ? ConfiguredText.FromFile(Resolve(file), TimeProvider.System)
        : null;

    /// <summary>Makes the path of a file that the kubeconfig names. It is relative to the kubeconfig.</summary>
    public string Resolve(string file) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", file);

    public ClusterConfigurationException Problem(string problem, Exception? inner = null) => new($"{path}: {problem}", inner);

    private string Decoded(string key, string data)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }
        catch (FormatException exception)
        {
            throw Problem($"{key}-data is not valid base64", exception);
        }
    }
}
