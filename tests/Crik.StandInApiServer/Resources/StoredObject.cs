using System.Text;
using System.Text.Json.Nodes;

namespace Crik.StandIn.Resources;

/// <summary>An object as it is stored. Nobody changes it: another version is another object.</summary>
public sealed record StoredObject(JsonObject Json, byte[] Bytes, long Version)
{
    public string Uid => (string)Json["metadata"]!["uid"]!;

    public bool IsEnding => Json["metadata"]!["deletionTimestamp"] is not null;

    public bool HasFinalizers => Json["metadata"]!["finalizers"] is JsonArray { Count: > 0 };

    public static StoredObject Of(JsonObject json, long version)
    {
        json["metadata"]!["resourceVersion"] = $"{version}";
        return new StoredObject(json, Encoding.UTF8.GetBytes(json.ToJsonString()), version);
    }

    public JsonObject Copy() => Json.DeepClone().AsObject();
}
