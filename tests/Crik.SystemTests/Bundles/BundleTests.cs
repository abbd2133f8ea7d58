namespace Crik.SystemTests.Bundles;

/// <summary>Tests the bundle in root file systems that have nothing of crik.</summary>
public sealed class BundleTests
{
    private const string Crik = "/opt/crik/bin/crik";
    private static readonly string[] s_program = ["/counter"];

    [LabTheory]
    [InlineData("static", "--level", "basic")]
    [InlineData("static", "--level", "basic", "--read-only")]
    [InlineData("static", "--level", "nonroot")]
    [InlineData("static", "--level", "nonroot", "--read-only")]
    [InlineData("static", "--level", "nonroot", "--user-namespace")]
    [InlineData("static", "--level", "full", "--tmpfs", "/tmp:1m")]
    [InlineData("musl", "--level", "basic")]
    [InlineData("musl", "--level", "nonroot", "--read-only")]
    [InlineData("bookworm", "--level", "basic")]
    [InlineData("bookworm", "--level", "nonroot", "--read-only")]
    [InlineData("bookworm", "--level", "full")]
    [InlineData("trixie", "--level", "basic")]
    [InlineData("experimental", "--level", "basic")]
    [InlineData("experimental", "--level", "full")]
    public void A_program_continues_in_the_next_pod(string suite, params string[] options)
    {
        using ImageDirectory images = new();
        string[] program = suite is "static" or "musl" ? s_program : Programs.Counter;
        for (int i = 0, last = 0; i < 3; i++)
        {
            using Pod pod = Start(images, suite, options, program);
            if (i == 0)
            {
                pod.WaitForCount(2);
            }
            else
            {
                pod.AssertContinuesAfter(last);
            }

            pod.End(143);
            last = pod.Counted()[^1];
            Assert.Contains(pod.Errors, line => line.StartsWith("crik info: checkpoint committed", StringComparison.Ordinal) && line.Contains("criu=40300", StringComparison.Ordinal));
            Assert.DoesNotContain(pod.Errors, line => line.Contains("ld.so", StringComparison.Ordinal) || line.StartsWith("Error ", StringComparison.Ordinal));
        }
    }

    [LabTheory]
    [InlineData("static", "GODEBUG=multipathtcp=0|", "/counter|")]
    [InlineData("musl", "GODEBUG=multipathtcp=0|", "/checkpoint/crik-no-io-uring/no-io-uring.so|/counter|/lib/ld-musl-x86_64.so.1|")]
    public void Nothing_of_the_bundle_reaches_the_program(string suite, string added, string mapped)
    {
        using ImageDirectory images = new();
        using Pod pod = Start(images, suite, ["--env", "OWN=1"], s_program);
        pod.WaitForCount(1);
        string[] environment = Said(pod, "environment ");

        Assert.Equal(
            ["CRIK_GRACE_PERIOD=2m", .. Listed(added), "HOME=/", $"HOSTNAME={pod.Name}", "LD_PRELOAD=/checkpoint/crik-no-io-uring/before-libasan.so/$PLATFORM", "OWN=1",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            environment.Order(StringComparer.Ordinal));
        Assert.Equal(Listed(mapped), Said(pod, "mapped ").Distinct().Order(StringComparer.Ordinal));
        pod.End(143);
    }

    [LabFact]
    public void A_program_with_musl_does_not_find_io_uring()
    {
        using ImageDirectory images = new();
        using Pod pod = Start(images, "musl", [], s_program);
        pod.WaitForLine("io_uring: Function not implemented");
        pod.End(143);
    }

    [LabFact]
    public void Nothing_of_the_image_reaches_crik_and_criu()
    {
        using ImageDirectory images = new();
        using TempDirectory files = new();
        string libraries = Path.Combine(Lab.RootFileSystemOf("bookworm"), "usr/lib/x86_64-linux-gnu");
        string preload = files.Write("ld.so.preload", "/usr/lib/x86_64-linux-gnu/libuuid.so.1\n/no/such/library.so\n");
        string[] options = ["--mount", $"{preload}:/etc/ld.so.preload:ro", "--mount", $"{libraries}:/old:ro", "--env", "LD_LIBRARY_PATH=/old"];
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = Start(images, "static", options, s_program);
            pod.WaitForCount(i + 1);
            string[] mapped = [.. File.ReadLines($"/proc/{pod.Pid}/maps").Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "").Where(path => path != "").Distinct()];

            Assert.Contains("/opt/crik/lib/libc.so.6", mapped);
            Assert.All(mapped, path => Assert.Matches("^/(opt/crik/|memfd:|dev/zero)", path));
            pod.End(143);
            Assert.DoesNotContain(pod.Errors, line => line.Contains("no/such", StringComparison.Ordinal));
        }
    }

    [LabFact]
    public void It_asks_a_node_state_server_over_https()
    {
        using ImageDirectory images = new();
        using TempDirectory files = new();
        using TestAuthority authority = new();
        using TlsServer server = new(authority.Issue("127.0.0.1"), Answer("ready"));
        string[] options =
        [
            "--host-network", "--mount", $"{files.Write("ca.crt", authority.Pem)}:/ca.crt:ro", "--env", "CRIK_NODE_STATE_SERVER_CA_FILE=/ca.crt", "--env", "KUBERNETES_NODE_NAME=node-1",
            "--env", $"CRIK_NODE_STATE_SERVER_URL=https://127.0.0.1:{server.Port}", "--env", "CRIK_NODE_STATE_TIMEOUT=7s",
        ];
        using Pod pod = Start(images, "static", options, s_program);
        pod.WaitForCount(1);
        pod.End(143);

        Assert.Contains(pod.Errors, line => line.Contains("SIGTERM: no checkpoint", StringComparison.Ordinal) && line.Contains("the node is ready", StringComparison.Ordinal));
        Assert.Empty(images.Generations);
    }

    [LabFact]
    public void Check_finds_no_problem_in_a_root_file_system_with_one_static_program()
    {
        using ImageDirectory images = new();
        using Pod pod = Start(images, "static", [], s_program);
        pod.WaitForCount(1);
        string report = pod.Exec(Crik, "check", "--image-dir", "/checkpoint");

        Assert.DoesNotContain("problem", report, StringComparison.Ordinal);
        Assert.Contains("a small tree was saved and restored", report, StringComparison.Ordinal);
        pod.End(143);
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("nonroot")]
    [InlineData("basic", "--user-namespace")]
    [InlineData("full", "--tmpfs", "/tmp:1m")]
    public void Checks_and_checkpoints_work_when_the_bundle_is_an_image_volume_of_CRI_O(string level, params string[] options)
    {
        using ImageDirectory images = new();
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = Start(images, "static", ["--level", level, "--bundle", $"{Lab.Bundle}:image-volume", .. options], s_program);
            pod.WaitForCount(i + 1);
            string report = pod.Exec(Crik, "check", "--image-dir", "/checkpoint");

            Assert.Contains("a small tree was saved and restored", report, StringComparison.Ordinal);
            Assert.Contains("(processes checked: 1)", report, StringComparison.Ordinal);
            pod.End(143);
            Assert.Contains(pod.Errors, line => line.StartsWith("crik info: checkpoint committed", StringComparison.Ordinal));
        }
    }

    [LabFact]
    public void Without_SETPCAP_crik_says_what_is_missing_although_criu_cannot_be_executed()
    {
        using ImageDirectory images = new();
        using Pod pod = Start(images, "static", ["--drop", "SETPCAP"], s_program);
        pod.WaitForLine("crik warning: no checkpoint can be made here: criu needs the capability SETPCAP");
        pod.WaitForCount(1);
        pod.End(143);
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("nonroot")]
    public void The_bundle_can_be_installed_on_a_volume(string level)
    {
        using ImageDirectory images = new();
        using TempDirectory files = new();
        string volume = files.In("volume");
        Directory.CreateDirectory(volume);
        for (int i = 0; i < 2; i++) // an init container may run again
        {
            using Pod install = new(["--rootfs", Lab.RootFileSystemOf("static"), "--bundle", Lab.Bundle, "--level", "none", "--mount", $"{volume}:/crik-bundle"], [Crik, "install", "/crik-bundle"]);
            install.WaitForExit(0);
            Assert.StartsWith("crik ", Assert.Single(install.Output), StringComparison.Ordinal);
        }

        Assert.Equal(Lab.Run("getcap", Path.Combine(Lab.Bundle, "bin/criu")).Split(' ')[1], Lab.Run("getcap", Path.Combine(volume, "bin/criu")).Split(' ')[1]);
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = Start(images, "static", ["--level", level, "--bundle", volume], s_program);
            pod.WaitForCount(i + 1);
            pod.End(143);
            Assert.Contains(pod.Errors, line => line.StartsWith("crik info: checkpoint committed", StringComparison.Ordinal));
        }
    }

    [LabFact]
    public void On_a_volume_that_allows_no_programs_install_fails_with_one_sentence()
    {
        using TempDirectory files = new();
        string volume = files.In("volume");
        Directory.CreateDirectory(volume);
        using Pod install = new(["--rootfs", Lab.RootFileSystemOf("static"), "--bundle", Lab.Bundle, "--mount", $"{volume}:/crik-bundle:noexec"], [Crik, "install", "/crik-bundle"]);

        Assert.NotEqual(0, install.WaitForExit());
        Assert.Equal(
            "crik error: /crik-bundle/bin/crik was copied and cannot be executed: its volume is mounted with noexec. Use a volume that allows programs, such as an emptyDir",
            Assert.Single(install.Errors));
    }

    [LabFact]
    public void A_user_other_than_root_installs_a_bundle_for_root_and_says_so()
    {
        using TempDirectory files = new();
        string volume = files.In("volume");
        Directory.CreateDirectory(volume);
        File.SetUnixFileMode(volume, (UnixFileMode)511);
        using Pod install = new(["--rootfs", Lab.RootFileSystemOf("static"), "--bundle", Lab.Bundle, "--level", "nonroot", "--mount", $"{volume}:/crik-bundle"], [Crik, "install", "/crik-bundle"]);

        install.WaitForExit(0);
        Assert.Contains("did not get its file capabilities", Assert.Single(install.Errors), StringComparison.Ordinal);
    }

    private static Pod Start(ImageDirectory images, string suite, string[] options, string[] program) => new(
        ["--rootfs", Lab.RootFileSystemOf(suite), "--bundle", Lab.Bundle, "--image-dir", images.Path, "--env", "CRIK_GRACE_PERIOD=2m", .. options],
        [Crik, "--debug", "run", "--image-dir", "/checkpoint", "--", .. program]);

    private static string Answer(string state)
    {
        string body = $$"""{"name":"node-1","state":"{{state}}","version":1}""";
        return $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    private static string[] Said(Pod pod, string start) =>
        [.. pod.Output.Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..])];

    private static string[] Listed(string items) => items.Split('|', StringSplitOptions.RemoveEmptyEntries);
}
