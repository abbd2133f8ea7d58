using System.Text.Json.Nodes;

namespace Crik.Pods.Reading;

/// <summary>Says whether a container of a pod looks as if crik ran its program.</summary>
public static class CrikSigns
{
    /// <summary>Whether the container starts crik, has the bundle, is configured for crik, or has the capability that crik needs.</summary>
    public static bool IsUnderCrik(JsonObject container) =>
        container.At("command").Texts().Concat(container.At("args").Texts()).Any(IsCrik)
        || container.At("volumeMounts").Maps().Any(static mount => mount.At("mountPath").Text() is PodNames.BundleDirectory)
        || container.At("securityContext", "capabilities", "add").Texts().Any(static name => name is "CHECKPOINT_RESTORE" or "CAP_CHECKPOINT_RESTORE")
        || container.At("env").Maps().Any(static variable => variable.At("name").Text()?.StartsWith("CRIK_", StringComparison.Ordinal) is true);

    public static bool IsCrik(string word) => word is "crik" || word.EndsWith("/crik", StringComparison.Ordinal);
}
