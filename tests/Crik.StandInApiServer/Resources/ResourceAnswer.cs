using System.Text;
using System.Text.Json.Nodes;

namespace Crik.StandIn.Resources;

/// <summary>The answer to a request for resources.</summary>
public sealed record ResourceAnswer(int Code, byte[] Body)
{
    public static ResourceAnswer Of(int code, JsonNode body) => new(code, Encoding.UTF8.GetBytes(body.ToJsonString()));

    public static ResourceAnswer NotFound(string name) => Refusal(404, "NotFound", $"{name} not found");

    public static ResourceAnswer Conflict(string message) => Refusal(409, "Conflict", message);

    public static ResourceAnswer Refusal(int code, string reason, string message) => new(code, Encoding.UTF8.GetBytes(StandInApiServer.Status(code, reason, message)));
}
