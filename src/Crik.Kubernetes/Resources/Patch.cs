using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Resources;

/// <summary>
/// A change of some fields of an object. With `metadata.resourceVersion` or `metadata.uid` in it, it is refused if the
/// object is another one by now.
/// </summary>
public sealed class Patch
{
    private Patch(string mediaType, byte[] body, bool force = false) => (MediaType, Body, Force) = (mediaType, body, force);

    internal string MediaType { get; }

    internal byte[] Body { get; }

    internal bool Force { get; }

    /// <summary>A JSON merge patch (RFC 7396): null removes a field, and a list replaces the whole list.</summary>
    public static Patch Merge<T>(T fields, JsonTypeInfo<T> json) => new("application/merge-patch+json", JsonSerializer.SerializeToUtf8Bytes(fields, json));

    /// <summary>A JSON merge patch (RFC 7396): null removes a field, and a list replaces the whole list.</summary>
    public static Patch Merge(JsonObject fields) => Merge(fields, ApiJson.Default.JsonObject);

    /// <summary>A JSON patch (RFC 6902): operations such as `{"op": "test", "path": "/spec/x", "value": 1}`.</summary>
    public static Patch Json(JsonArray operations) =>
        new("application/json-patch+json", JsonSerializer.SerializeToUtf8Bytes(operations, ApiJson.Default.JsonArray));

    /// <summary>
    /// Server-side apply: the fields that this manager wants, with apiVersion, kind and name. It needs
    /// <see cref="CallOptions.FieldManager"/>, and creates the object if it does not exist.
    /// </summary>
    /// <param name="force">Takes fields that another manager owns, instead of a conflict.</param>
    public static Patch Apply<T>(T fields, JsonTypeInfo<T> json, bool force = false) =>
        new("application/apply-patch+yaml", JsonSerializer.SerializeToUtf8Bytes(fields, json), force);

    /// <inheritdoc cref="Apply{T}(T, JsonTypeInfo{T}, bool)"/>
    public static Patch Apply(JsonObject fields, bool force = false) => Apply(fields, ApiJson.Default.JsonObject, force);
}
