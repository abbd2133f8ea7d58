using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Kubernetes.Events;

/// <summary>
/// Writes Events about objects (v1). The same text about the same object is one Event with a count, as with client-go's
/// recorder, so a repeated problem does not fill etcd. The API server deletes Events after an hour.
/// </summary>
/// <param name="component">The name of the program, which `kubectl describe` shows.</param>
public sealed class EventRecorder(KubernetesApi api, string component, TimeProvider clock)
{
    /// <summary>The API server refuses longer messages (ValidateEventCreate in k8s.io/kubernetes).</summary>
    private const int LongestMessage = 1024;

    /// <summary>The namespace of Events about objects without one (ValidateEventCreate).</summary>
    private const string ForClusterObjects = "default";

    private readonly ResourceClient<JsonObject> _events = ResourceClient.OfJson(api, ResourceType.Core("events"));

    /// <param name="isWarning">Whether somebody should look at it. Otherwise its type is `Normal`.</param>
    /// <param name="reason">One word in CamelCase, for machines.</param>
    /// <exception cref="KubernetesException">It could not be written.</exception>
    public async Task RecordAsync(ObjectReference about, bool isWarning, string reason, string message, CancellationToken cancellationToken)
    {
        string text = message.Length > LongestMessage ? message[..(LongestMessage - 1)] + "…" : message;
        ObjectName name = new(about.Namespace ?? ForClusterObjects, NameOf(about, reason, text));
        string now = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (await _events.FindAsync(name, cancellationToken) is { } before)
        {
            int count = before["count"] is JsonValue value && value.TryGetValue(out int times) ? times : 1;
            await _events.PatchAsync(name, Patch.Merge(new JsonObject { ["count"] = count + 1, ["lastTimestamp"] = now }), cancellationToken);
            return;
        }

        await _events.CreateAsync(name.Namespace, Event(about, name, isWarning ? "Warning" : "Normal", reason, text, now), cancellationToken);
    }

    private JsonObject Event(ObjectReference about, ObjectName name, string type, string reason, string text, string now) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = name.Name, ["namespace"] = name.Namespace },
        ["involvedObject"] = new JsonObject
        {
            ["apiVersion"] = about.ApiVersion,
            ["kind"] = about.Kind,
            ["namespace"] = about.Namespace,
            ["name"] = about.Name,
            ["uid"] = about.Uid,
        },
        ["type"] = type,
        ["reason"] = reason,
        ["message"] = text,
        ["source"] = new JsonObject { ["component"] = component },
        ["reportingComponent"] = component,
        ["reportingInstance"] = component,
        ["firstTimestamp"] = now,
        ["lastTimestamp"] = now,
        ["count"] = 1,
    };

    private static string NameOf(ObjectReference about, string reason, string text)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{about.Uid}\n{reason}\n{text}"));
        string start = about.Name.Length > 200 ? about.Name[..200].TrimEnd('.', '-') : about.Name;
        return $"{start}.{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }
}
