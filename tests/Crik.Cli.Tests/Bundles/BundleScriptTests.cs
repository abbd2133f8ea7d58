using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Crik.Tests.Bundles;

/// <summary>Tests the parts of build/bundle that need neither a mirror of Debian nor a compiler.</summary>
public sealed class BundleScriptTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\npack")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npack")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nanother")]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("no HTTP at all\r\n\r\n")]
    public void A_mirror_that_does_not_give_the_whole_package_is_passed_over_and_leaves_no_file(string answer)
    {
        byte[] package = Encoding.ASCII.GetBytes("package");
        string checksum = Convert.ToHexStringLower(SHA256.HashData(package));
        int asked = 0;
        using StandInHttpServer proxy = new(_ => Task.FromResult<byte[]?>(
            Encoding.ASCII.GetBytes(Interlocked.Increment(ref asked) == 1 ? answer : StandInHttpServer.Http("package"))));
        string address = $"http://127.0.0.1:{proxy.Port}", cache = _temp.In("crik-lab/debian");

        CommandResult result = Python(
            $"import bundle; print(bundle.fetch('pool/x.deb', '{checksum}', '20261030T080801Z'))",
            $"XDG_CACHE_HOME={_temp.Path}", $"http_proxy={address}", $"https_proxy={address}", "no_proxy=", "CRIK_DEBIAN_MIRROR=http://mirror.example");

        Assert.Equal((0, $"{cache}/{checksum}.deb\n"), (result.ExitCode, result.Output));
        Assert.Equal([$"{cache}/{checksum}.deb"], Directory.GetFiles(cache));
    }

    [Theory]
    [InlineData(20_000_000, 8_000_000, null)]
    [InlineData(20_000_001, 1, "the bundle is too large")]
    [InlineData(1, 8_000_001, "the bundle is too large")]
    public void A_bundle_that_has_grown_too_large_is_refused(long size, long compressed, string? problem)
    {
        string bundle = _temp.In("bundle");
        Directory.CreateDirectory(bundle);
        SetLength($"{bundle}/file", size);
        SetLength($"{bundle}.tar.gz", compressed);

        CommandResult result = Python($"import bundle; bundle.check_size('{bundle}')");

        Assert.Equal(problem is null ? 0 : 1, result.ExitCode);
        Assert.Contains(problem ?? "", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_content_gives_the_same_archives_and_criu_has_its_capabilities_in_them()
    {
        string[] archives = [Archive("one", ["lib/a", "bin/criu", "bin/crik"]), Archive("two", ["bin/crik", "bin/criu", "lib/a"])];

        Assert.Equal(File.ReadAllBytes($"{archives[0]}.tar.gz"), File.ReadAllBytes($"{archives[1]}.tar.gz"));
        Assert.Equal(File.ReadAllBytes($"{archives[0]}-image.tar"), File.ReadAllBytes($"{archives[1]}-image.tar"));
        using GZipStream tar = new(File.OpenRead($"{archives[0]}.tar.gz"), CompressionMode.Decompress);
        using MemoryStream content = new();
        tar.CopyTo(content);
        Assert.Contains("SCHILY.xattr.security.capability=\u0001\0\0\u0002\0\u0001\u0008\0", Encoding.Latin1.GetString(content.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_licences_of_what_is_linked_into_crik_are_included()
    {
        string bundle = _temp.In("bundle");

        Python($"import bundle; bundle.write_licenses('', '{bundle}', 'now', [])");

        string sources = File.ReadAllText($"{bundle}/licenses/SOURCES");
        string[] libraries = [.. Regex.Matches(File.ReadAllText(Repository.In("src/Crik.Cli/Crik.Cli.csproj")), "PackageReference Include=\"([^\"]+)\"").Select(match => match.Groups[1].Value)];
        Assert.Contains("YamlDotNet", libraries);
        Assert.All(libraries, library => Assert.Contains(library, sources, StringComparison.Ordinal));
        using StreamReader dotnet = new(new GZipStream(File.OpenRead($"{bundle}/licenses/dotnet.gz"), CompressionMode.Decompress));
        Assert.Contains("The MIT License", dotnet.ReadToEnd(), StringComparison.Ordinal);
    }

    /// <returns>The path of the archives without the ends of their names.</returns>
    private string Archive(string name, IEnumerable<string> files)
    {
        string directory = _temp.In(name);
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{directory}/{file}")!);
            File.WriteAllText($"{directory}/{file}", file);
        }

        CommandResult result = Python(
            $"import archives; archives.write_image('{directory}.tar.gz', archives.write_tarball('{directory}', '{directory}.tar.gz', 1), '{directory}-image.tar', 1, '1.0')");
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        return directory;
    }

    private static void SetLength(string path, long length)
    {
        using FileStream file = File.Create(path);
        file.SetLength(length);
    }

    private static CommandResult Python(string statement, params string[] variables) =>
        Command.Run("env", [.. variables, $"PYTHONPATH={Repository.In("build/bundle")}", "PYTHONDONTWRITEBYTECODE=1", "python3", "-c", statement]);
}
