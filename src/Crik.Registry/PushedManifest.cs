using System.Text.Json;

namespace Crik.Registry;

/// <summary>
/// Compares a manifest that was pushed with what the registry has now. Some registries store a manifest of their own making
/// and drop annotations, without which a runtime does not know that an image is a checkpoint.
/// </summary>
public static class PushedManifest
{
    /// <param name="pushed">The manifest or index, as it was pushed.</param>
    /// <param name="stored">What the registry gives under its tag.</param>
    /// <returns>The keys of the annotations that are missing there or have another value, in the order of the push.</returns>
    /// <exception cref="RegistryException">What the registry gives is no manifest.</exception>
    public static IReadOnlyList<string> MissingAnnotations(byte[] pushed, byte[] stored)
    {
        Dictionary<string, string> there = Annotations(stored);
        return [.. Annotations(pushed).Where(annotation => there.GetValueOrDefault(annotation.Key) != annotation.Value).Select(annotation => annotation.Key)];
    }

    private static Dictionary<string, string> Annotations(byte[] manifest)
    {
        try
        {
            return JsonSerializer.Deserialize(manifest, RegistryJson.Default.AnnotatedDocument)?.Annotations ?? [];
        }
        catch (JsonException exception)
        {
            throw new RegistryException(RegistryFailure.BadAnswer, $"The manifest in the registry cannot be understood: {exception.Message}", exception);
        }
    }
}
