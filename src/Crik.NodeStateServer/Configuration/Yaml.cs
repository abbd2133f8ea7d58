using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.NodeStateServer.Configuration;

/// <summary>One YAML document whose root is a mapping, read without reflection.</summary>
internal static class Yaml
{
    /// <returns>Null for a file that holds nothing but comments.</returns>
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
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException) // such as a tag that is no URI
        {
            throw new ConfigurationException($"{path}: is not valid YAML: {exception.Message}", exception);
        }

        return stream.Documents switch
        {
            [] or [{ RootNode: YamlScalarNode { Value: null or "" } }] => null,
            [{ RootNode: YamlMappingNode root }] => root,
            _ => throw new ConfigurationException($"{path}: must be one mapping", null),
        };
    }
}
