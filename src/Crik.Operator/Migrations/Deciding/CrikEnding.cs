using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>What crik wrote into the termination message of its container.</summary>
/// <param name="Outcome">Such as `checkpointed`, `forwarded` or `failed`.</param>
internal sealed record CrikEnding(string Outcome, long? Generation, string Reason)
{
    /// <returns>Null if crik wrote nothing. The program may have written lines before.</returns>
    public static CrikEnding? Read(string message)
    {
        foreach (string line in message.Split('\n').Reverse().Where(static line => line.StartsWith("{\"crik\":", StringComparison.Ordinal)))
        {
            JsonObject? ending = UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(line)); // null if Kubernetes has cut it off
            return ending.At("crik").Text() is { } outcome ? new CrikEnding(outcome, ending.At("generation").Number(), ending.At("reason").Text() ?? "") : null;
        }

        return null;
    }
}
