namespace Crik.ClusterTests;

/// <summary>Makes images from this checkout and loads them into the nodes.</summary>
internal static class Images
{
    /// <summary>Loads the images that all tests use.</summary>
    public static void LoadCommon()
    {
        string root = Root("experimental");
        string count = File.ReadAllText(Repository.In("tests/lab/programs/count"));
        using TempDirectory work = new("crik-images-");
        string server = Layer(work, "server", "node-state-server"), crik = Layer(work, "crik", "crik"), next = Layer(work, "next");
        Program(crik, count);
        Program(next, count.Replace("count $n", "next $n", StringComparison.Ordinal));
        Command.Output(Repository.In("tests/lab/kubernetes/program-layer.sh"), Root("programs"), root, crik, "/usr/bin/redis-server", "/usr/bin/redis-cli");
        Load(work, "localhost/crik-node-state-server:test", "/usr/local/bin/node-state-server", root, server);
        Load(work, $"{Cluster.Image},localhost/crik-redis:test", "/usr/local/bin/crik run --", root, crik);
        Load(work, Cluster.NextImage, "/usr/local/bin/crik run --", root, crik, next);
    }

    /// <summary>Loads an image of gigabytes, with crik over one of the root file systems of tests/lab/rootfs.sh.</summary>
    public static void LoadLarge(string image, string suite)
    {
        using TempDirectory work = new("crik-images-");
        Load(work, image, "/usr/local/bin/crik run --", Root(suite), Layer(work, "crik", "crik"));
    }

    private static string Root(string suite) => Command.Output(Repository.In("tests/lab/rootfs.sh"), [suite]).Trim();

    private static string Layer(TempDirectory work, string name, params string[] programs)
    {
        string layer = Directory.CreateDirectory(work.In(name)).FullName;
        foreach (string program in programs)
        {
            Command.Output("install", ["-D", "-m755", Repository.In($"artifacts/{program}"), $"{layer}/usr/local/bin/{program}"]);
        }

        return layer;
    }

    private static void Program(string layer, string text)
    {
        string file = Path.Combine(Directory.CreateDirectory(Path.Combine(layer, "app")).FullName, "count");
        File.WriteAllText(file, text);
        Command.Output("chmod", "755", file);
    }

    private static void Load(TempDirectory work, string names, string entryPoint, params string[] layers)
    {
        string archive = work.In("image.tar");
        Command.Output("chmod", ["-R", "a+rX", .. layers[1..]]);
        Command.Output("env", [$"ENTRYPOINT={entryPoint}", Repository.In("tests/lab/kubernetes/make-image.sh"), names, string.Join(':', layers), archive]);
        Cluster.Control("load", archive);
    }
}
