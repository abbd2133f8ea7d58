using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Kubectl.Yaml;

namespace Crik.Kubectl.Output;

/// <summary>Writes documents for programs.</summary>
internal static class Documents
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="format">`json` or `yaml`.</param>
    public static string Write(JsonObject document, string format) => format == "yaml" ? Yaml(document) : Json(document);

    private static string Json(JsonObject document)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_options))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    public static string Yaml(JsonObject document)
    {
        YamlWriter writer = new(new YamlStyle("\n", Step: 2, ListsAreIndented: false, IsJson: false));
        return string.Concat(document.Select(pair => writer.Entry(0, pair.Key, pair.Value) + "\n"));
    }
}
