using Crik.Contracts;
using Crik.Hosting;
using Crik.NodeStateServer.Signals;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.NodeStateServer.Configuration;

/// <summary>
/// Reads the file that --signals-file names. It is YAML or JSON with the keys `enable`, `disable` and `rules`. Every
/// problem is reported with its line.
/// </summary>
internal sealed class SignalsFile
{
    private readonly string _path;
    private readonly List<string> _problems = [];

    private SignalsFile(string path)
    {
        _path = path;
    }

    public static SignalOptions Read(string path)
    {
        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--signals-file: {exception.Message}", exception);
        }
    }

    public static SignalOptions Parse(string path, string text)
    {
        SignalsFile file = new(path);
        SignalOptions options = file.ReadRoot(Yaml.Load(path, text));
        return file._problems.Count == 0 ? options : throw new ConfigurationException(file._problems);
    }

    private SignalOptions ReadRoot(YamlMappingNode? root)
    {
        SignalOptions options = new();
        foreach ((string key, YamlNode value) in Entries(root, "enable", "disable", "rules"))
        {
            options = key switch
            {
                "enable" => options with { Enable = Strings(key, value) },
                "disable" => options with { Disable = Strings(key, value) },
                _ => options with { Rules = [.. Items(key, value).Select(ReadRule).OfType<SignalRule>()] },
            };
        }

        return options;
    }

    private SignalRule? ReadRule(YamlNode node)
    {
        if (node is not YamlMappingNode mapping)
        {
            Refuse(node, "a rule must be a mapping");
            return null;
        }

        string? name = null, meaning = null;
        NodeState state = NodeState.ShuttingDown;
        SignalText text = SignalText.Nothing;
        List<SignalMatch> matches = [];
        foreach ((string key, YamlNode value) in Entries(mapping, "name", "state", "meaning", "time", "condition", "taint", "label", "annotation"))
        {
            switch (key)
            {
                case "name":
                    name = String(key, value);
                    break;
                case "meaning":
                    meaning = String(key, value);
                    break;
                case "state" when NodeStateNames.TryParse(String(key, value), out state) && state >= NodeState.Cordoned:
                    break;
                case "state":
                    Refuse(value, "state: must be cordoned, shutting-down or gone");
                    break;
                case "time" when Enum.TryParse(String(key, value), ignoreCase: true, out text) && text is not SignalText.Nothing:
                    break;
                case "time":
                    Refuse(value, "time: must be since or deadline");
                    break;
                default:
                    matches.Add(ReadMatch(key, value));
                    break;
            }
        }

        if (string.IsNullOrWhiteSpace(name))
        {
            Refuse(node, "a rule needs a name");
        }
        else if (matches.Count != 1)
        {
            Refuse(node, $"rule '{name}': needs exactly one of condition, taint, label and annotation");
        }
        else
        {
            return new SignalRule(name, state, matches[0], meaning ?? name) { Text = text };
        }

        return null;
    }

    private SignalMatch ReadMatch(string kind, YamlNode node)
    {
        string[] keys = kind switch
        {
            "condition" => ["type", "status", "reason", "message"],
            "taint" => ["key", "value", "effect"],
            _ => ["key", "value"],
        };
        Dictionary<string, string> values = Entries(node as YamlMappingNode, keys).ToDictionary(entry => entry.Key, entry => String(entry.Key, entry.Value));
        if (string.IsNullOrEmpty(values.GetValueOrDefault(keys[0])))
        {
            Refuse(node, $"{kind}: must be a mapping with at least '{keys[0]}'");
        }

        string key = values.GetValueOrDefault(keys[0], "");
        string? value = values.GetValueOrDefault("value");
        return kind switch
        {
            "condition" => new ConditionMatch(key, values.GetValueOrDefault("status", "True"), values.GetValueOrDefault("reason"), values.GetValueOrDefault("message")),
            "taint" => new TaintMatch(key, value, values.GetValueOrDefault("effect")),
            "label" => new LabelMatch(key, value),
            _ => new AnnotationMatch(key, value),
        };
    }

    private IEnumerable<(string Key, YamlNode Value)> Entries(YamlMappingNode? mapping, params string[] known)
    {
        foreach ((YamlNode keyNode, YamlNode value) in mapping?.Children ?? Enumerable.Empty<KeyValuePair<YamlNode, YamlNode>>())
        {
            string key = String("key", keyNode);
            if (known.Contains(key))
            {
                yield return (key, value);
            }
            else
            {
                Refuse(keyNode, $"{key}: unknown key; the known keys are {string.Join(", ", known)}");
            }
        }
    }

    private IEnumerable<YamlNode> Items(string key, YamlNode node)
    {
        if (node is YamlSequenceNode sequence)
        {
            return sequence.Children;
        }

        if (node is not YamlScalarNode { Value: null or "" })
        {
            Refuse(node, $"{key}: must be a list");
        }

        return [];
    }

    private string[] Strings(string key, YamlNode node) => [.. Items(key, node).Select(item => String(key, item))];

    private string String(string key, YamlNode node)
    {
        if (node is YamlScalarNode { Value: { } value })
        {
            return value;
        }

        Refuse(node, $"{key}: must be text");
        return "";
    }

    private void Refuse(YamlNode node, string problem) => Refuse(node.Start, problem);

    private void Refuse(Mark mark, string problem) => _problems.Add($"{_path}:{mark.Line}: {problem}");
}
