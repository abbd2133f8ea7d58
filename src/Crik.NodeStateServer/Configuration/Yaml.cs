using Crik.Hosting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.NodeStateServer.Configuration;

/// <summary>Reads one YAML document whose root is a mapping. It needs no reflection.</summary>
internal static class Yaml
{
    /// <returns>The root, or null when the file is empty or contains only comments.</returns>
    public static YamlMappingNode? Load(string path, string text)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            throw new ConfigurationException($"{path}:{exception.Start.Line}: is not valid YAML: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet throws these too, for example for a tag that is not a URI.
            throw new ConfigurationException($"{path}: is not valid YAML: {exception.Message}", exception);
        }

        return stream.Documents switch
        {
            [] or [{ RootNode: YamlScalarNode { Value: null or "" } }] => null,
            [{ RootNode: YamlMappingNode root }] => root,
            _ => throw new ConfigurationException($"{path}: must contain exactly one YAML document, and that must be a mapping", null),
        };
    }
}
