namespace Crik.Kubectl.Tests.Commands;

/// <summary>Pods and answers of crik that several tests use.</summary>
internal static class Pods
{
    public const string UnderCrik = """
        {"nodeName": "worker-1", "containers": [{"name": "app", "image": "train:1", "command": ["crik", "run", "--", "python3", "train.py"],
         "env": [{"name": "CRIK_IMAGE_DIR", "value": "/checkpoints"}], "volumeMounts": [{"name": "checkpoints", "mountPath": "/checkpoints"}],
         "livenessProbe": {"exec": {"command": ["true"]}}}],
         "volumes": [{"name": "checkpoints", "persistentVolumeClaim": {"claimName": "checkpoints-web-0"}}]}
        """;

    public const string Other = """{"nodeName": "worker-1", "containers": [{"name": "db", "image": "postgres:17"}]}""";

    public const string Status = """
        {"state": "running", "crik": "0.2.0", "pid": 300, "imageDir": "/checkpoints", "privileges": "basic", "restoredFrom": 2,
         "lastFailure": null, "node": "Leaving", "nodeReason": "cordoned"}
        """;

    public static string List => $$"""
        {"imageDir": "/checkpoints", "checkpoints": [
          {"generation": 2, "state": "committed", "createdAt": "2020-01-01T00:00:00Z", "bytes": 1000},
          {"generation": 3, "state": "committed", "createdAt": "{{DateTimeOffset.UtcNow.AddMinutes(-5.5):O}}", "bytes": 12582912},
          {"generation": 4, "state": "staging", "createdAt": "2020-01-01T00:00:00Z", "bytes": 5}]}
        """;

    public static string OwnedBy(string kind, string name) => $$"""{"kind": "{{kind}}", "name": "{{name}}", "controller": true}""";
}
