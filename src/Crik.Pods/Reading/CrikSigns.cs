using System.Text.Json.Nodes;

namespace Crik.Pods.Reading;

/// <summary>Says whether a container of a pod looks as if crik ran its program.</summary>
public static class CrikSigns
{
    /// <summary>The variables of crik's own servers, whose pods have no crik, begin so.</summary>
    private static readonly string[] s_servers = ["CRIK_SERVER_", "CRIK_OPERATOR_", "CRIK_NODE_AGENT_"];

    /// <summary>Whether the container starts crik, has the bundle, is configured for crik, or has the capability that crik needs.</summary>
    public static bool IsUnderCrik(JsonObject container) =>
        container.At("command").Texts().Concat(container.At("args").Texts()).Any(IsCrik)
        || container.At("volumeMounts").Maps().Any(static mount => mount.At("mountPath").Text() is PodNames.BundleDirectory)
        || container.At("securityContext", "capabilities", "add").Texts().Any(static name => name is "CHECKPOINT_RESTORE" or "CAP_CHECKPOINT_RESTORE")
        || container.At("env").Maps().Any(static variable => variable.At("name").Text() is { } name && IsKey(name));

    public static bool IsCrik(string word) => word is "crik" || word.EndsWith("/crik", StringComparison.Ordinal);

    private static bool IsKey(string variable) =>
        variable.StartsWith("CRIK_", StringComparison.Ordinal) && !s_servers.Any(server => variable.StartsWith(server, StringComparison.Ordinal));
}
