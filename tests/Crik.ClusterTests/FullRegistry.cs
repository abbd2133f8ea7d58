namespace Crik.ClusterTests;

/// <summary>A real registry whose file system is too small for any checkpoint, until it gets room.</summary>
internal sealed class FullRegistry : IDisposable
{
    public const string Name = "registry.lab:5444";

    private const string Directory = "/run/full-registry";

    public FullRegistry() => Run(
        $"mkdir -p {Directory} && mount -t tmpfs -o size=64k none {Directory} && "
        + $"REGISTRY_HTTP_ADDR=:5444 REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY={Directory} setsid docker-registry serve /config/registry.yaml "
        + $"</dev/null >/var/log/full-registry.log 2>&1 & echo $! >{Directory}.pid");

    public static void MakeRoom() => Run($"mount -o remount,size=1g {Directory}");

    public void Dispose() => Run($"kill -KILL $(cat {Directory}.pid); while ! umount {Directory}; do sleep 0.1; done");

    private static void Run(string script) => Cluster.Control("control", "sh", "-c", script);
}
