using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Crik.Images.Archives;

/// <summary>Reads what an archive says with the care that text from elsewhere needs.</summary>
internal static class ArchiveText
{
    private const int Longest = 1024;

    private const string TakeAgain = "Take the checkpoint again; if that does not help, look whether the version of the container runtime is supported";

    public static T Json<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type, string name)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw Bad(name, "is empty");
        }
        catch (JsonException exception)
        {
            throw Bad(name, $"is wrong JSON in line {exception.LineNumber + 1}", exception);
        }
    }

    /// <summary>Names go into annotations and messages. None of those that Kubernetes and registries allow is longer, or has control characters.</summary>
    public static string? Checked(string? text, string name) =>
        text is { Length: > Longest } ? throw Bad(name, $"is longer than {Longest} characters")
        : text?.Any(char.IsControl) is true ? throw Bad(name, "has control characters")
        : text is { Length: > 0 } ? text : null;

    private static ImageException Bad(string name, string what, Exception? inner = null) =>
        new(ImageFailure.BadDocument, $"{name} in the archive {what}. {TakeAgain}.", inner);
}
