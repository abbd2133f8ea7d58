using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Configuration;

namespace Crik.Tests.Configuration;

/// <summary>Makes the JSON schema of the configuration file from the table of keys.</summary>
internal static class ConfigurationSchema
{
    private const string PathPattern = @"^/(?!(.*/)?\.\.(/|$))";

    private static readonly JsonSerializerOptions s_format = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text()
    {
        JsonObject properties = [];
        foreach (OptionKey key in OptionKeys.All)
        {
            string[] names = key.Name.Split('.');
            JsonObject place = names.Length == 1 ? properties : Group(properties, names[0]);
            place[names[^1]] = Property(key);
        }

        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "crik configuration",
            ["description"] = "The configuration file of crik, /etc/crik/config.yaml unless another one is named.",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        return schema.ToJsonString(s_format) + "\n";
    }

    private static JsonObject Group(JsonObject properties, string name)
    {
        properties[name] ??= new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = new JsonObject() };
        return properties[name]!["properties"]!.AsObject();
    }

    private static JsonObject Property(OptionKey key)
    {
        JsonObject property = new() { ["description"] = key.Description };
        foreach ((string name, JsonNode? value) in TypeOf(key))
        {
            property[name] = value?.DeepClone();
        }

        AddRange(property, key);
        if (key.IsList)
        {
            property["uniqueItems"] = true;
        }

        if (key.DefaultText is { } text)
        {
            property["default"] = key.Kind switch
            {
                OptionKind.Integer or OptionKind.Boolean => JsonNode.Parse(text),
                OptionKind.ChoiceList => new JsonArray([.. text.Trim('[', ']').Split(", ").Select(item => JsonValue.Create(item))]),
                _ => text,
            };
        }
        else if (key.IsList)
        {
            property["default"] = new JsonArray();
        }

        return property;
    }

    private static JsonObject TypeOf(OptionKey key) => key.Kind switch
    {
        OptionKind.Path => new() { ["type"] = "string", ["pattern"] = PathPattern },
        OptionKind.PathList => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["pattern"] = PathPattern } },
        OptionKind.ChoiceList => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["enum"] = Choices(key) } },
        OptionKind.Url => new() { ["type"] = "string", ["format"] = "uri", ["pattern"] = "^https?://" },
        OptionKind.Text => new() { ["type"] = "string", ["minLength"] = 1 },
        OptionKind.Integer => new() { ["type"] = "integer" },
        OptionKind.Boolean => new() { ["type"] = "boolean" },
        OptionKind.Duration => new() { ["type"] = "string", ["pattern"] = "^(?=.)([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$" },
        OptionKind.ByteSize => new() { ["type"] = new JsonArray("string", "integer"), ["pattern"] = "^[0-9]+(Ki|Mi|Gi|K|M|G)?$" },
        _ => new() { ["type"] = "string", ["enum"] = Choices(key) },
    };

    private static JsonArray Choices(OptionKey key) => new([.. key.Choices.Select(choice => JsonValue.Create(choice))]);

    private static void AddRange(JsonObject property, OptionKey key)
    {
        if (key.Range.Minimum is { } minimum)
        {
            property["minimum"] = minimum;
        }

        if (key.Range.Maximum is { } maximum)
        {
            property["maximum"] = maximum;
        }
    }
}
