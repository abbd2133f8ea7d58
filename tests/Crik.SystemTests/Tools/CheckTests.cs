using System.Text.Json;

namespace Crik.SystemTests.Tools;

/// <summary>Tests that <c>crik check</c> reports what is true.</summary>
public sealed class CheckTests
{
    [LabTheory]
    [InlineData("basic", "warning")]
    [InlineData("full", "ok")]
    [InlineData("privileged", "ok")]
    [InlineData("nonroot", "warning")]
    public void Check_succeeds_with_a_trial_in_a_container_that_can_make_checkpoints(string level, string clock)
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--level", level, "--image-dir", images.Path], ["crik", "check", "--image-dir", "/checkpoint", "--output", "json"]);

        int code = pod.WaitForExit();
        Dictionary<string, JsonElement> checks = Checks(pod.Output);

        Assert.True(code == 0, pod.Said);
        Assert.DoesNotContain("problem", checks.Values.Select(Result));
        Assert.Equal("ok", Result(checks["trial"]));
        Assert.Equal("ok", Result(checks["criu"]));
        Assert.Equal("ok", Result(checks["pid1"]));
        Assert.Equal(clock, Result(checks["clock"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(images.Path, ".check*"));
        Assert.Empty(images.Generations);
    }

    [LabTheory]
    [InlineData("capabilities", "CHECKPOINT_RESTORE, SYS_PTRACE", "--level", "none")]
    [InlineData("seccomp", "Unconfined", "--seccomp")]
    public void Check_names_what_the_container_lacks_and_what_to_add(string name, string yaml, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = new([.. options, "--image-dir", images.Path], ["crik", "check", "--image-dir", "/checkpoint", "-o", "json"]);

        int code = pod.WaitForExit();
        Dictionary<string, JsonElement> checks = Checks(pod.Output);

        Assert.True(code == 1, pod.Said);
        Assert.Equal([name, "trial"], checks.Where(check => Result(check.Value) == "problem").Select(check => check.Key));
        Assert.Contains(yaml, checks[name].GetProperty("yaml").GetString(), StringComparison.Ordinal);
    }

    [LabTheory]
    [InlineData("io_uring", "programIoUring", "the program uses io_uring", "CRIK_IO_URING", "--env", "CRIK_IO_URING=allow")]
    [InlineData("system_v_memory", "programSysv", "the program uses System V shared memory", "CRIK_SHARE_SYSV_MEMORY")]
    [InlineData("seccomp_filter", "programSeccomp", "the program is under a seccomp filter", "SYS_ADMIN")]
    [InlineData("nothing", "program", "(processes checked: 1)", null)]
    public void Check_finds_what_cannot_be_saved_in_a_running_program(string what, string name, string message, string? yaml, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_IMAGE_DIR=/checkpoint", .. options], "python3", "/programs/wall.py", what);
        pod.WaitForCount(1);

        Dictionary<string, JsonElement> checks = Checks(pod.Exec("crik", "check", "-o", "json").Split('\n'));

        Assert.Equal([name], checks.Keys.Where(key => key.StartsWith("program", StringComparison.Ordinal)));
        Assert.Equal(yaml is null ? "ok" : "warning", Result(checks[name]));
        Assert.Contains(message, checks[name].GetProperty("meaning").GetString(), StringComparison.Ordinal);
        Assert.Contains(yaml ?? "", checks[name].GetProperty("yaml").GetString() ?? "", StringComparison.Ordinal);
        Assert.Equal("ok", Result(checks["trial"]));
    }

    [LabFact]
    public void Check_does_not_disturb_the_crik_that_runs_the_program()
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_IMAGE_DIR=/checkpoint"], Programs.Counter))
        {
            pod.WaitForCount(3);
            for (int i = 0; i < 3; i++)
            {
                int before = pod.Counted()[^1];
                Dictionary<string, JsonElement> checks = Checks(pod.Exec("crik", "check", "-o", "json").Split('\n'));

                Assert.Equal("ok", Result(checks["trial"]));
                Assert.Contains("this pod", checks["lock"].GetProperty("meaning").GetString(), StringComparison.Ordinal);
                Assert.Contains("the program has", checks["space"].GetProperty("meaning").GetString(), StringComparison.Ordinal);
                pod.WaitForCount(before + 3);
            }

            Assert.Empty(images.Generations);
            pod.End(143);
            last = pod.Counted()[^1];
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.AssertContinuesAfter(last);
        Assert.Empty(images.Failed);
    }

    [LabTheory]
    [InlineData("configuration", "problem", "CRIK_KEEP", "CRIK_KEEP=none crik check --image-dir /checkpoint")]
    [InlineData("imageDir", "ok", "/checkpoint exists", "printf 'imageDir: /checkpoint\nkeep: many\n' >/tmp/crik.yaml; crik check --config-path /tmp/crik.yaml")]
    [InlineData("imageDir", "warning", "correct the configuration first", "CRIK_KEEP=none crik check")]
    [InlineData("imageDir", "problem", "must be an absolute path, not 'checkpoints'", "CRIK_IMAGE_DIR=checkpoints crik check")]
    [InlineData("imageDir", "problem", "not set", "crik check")]
    [InlineData("imageDir", "problem", "read-only", "crik check --image-dir /read-only")]
    [InlineData("imageDir", "problem", "not a directory", "crik check --image-dir /etc/passwd")]
    [InlineData("imageDir", "ok", "does not exist yet", "crik check --image-dir /new/directory")]
    [InlineData("fileSystem", "warning", "deleted with the container", "crik check --image-dir /tmp")]
    [InlineData("fileSystem", "warning", "memory of this pod", "crik check --image-dir /memory")]
    [InlineData("sync", "problem", "No space left", "crik check --image-dir /small")]
    [InlineData("criu", "problem", "install criu", "mv /usr/sbin/criu /tmp; crik check --image-dir /checkpoint")]
    [InlineData("criu", "problem", "/bin/true", "CRIK_CRIU_PATH=/bin/true crik check --image-dir /checkpoint")]
    [InlineData("pid1", "warning", "'sh'", "crik check --image-dir /checkpoint; true")]
    [InlineData("nodeState", "warning", "refused", "KUBERNETES_NODE_NAME=n CRIK_NODE_STATE_SERVER_URL=http://127.0.0.1:9 crik check --image-dir /checkpoint")]
    public void Check_finds_each_problem(string name, string result, string part, string script)
    {
        using ImageDirectory images = new();
        using Pod pod = new(
            ["--image-dir", images.Path, "--mount", $"{images.Path}:/read-only:ro", "--tmpfs", "/memory:64m", "--tmpfs", "/small:8m"],
            ["sh", "-c", script.Replace("crik check", "crik check -o json", StringComparison.Ordinal)]);

        pod.WaitForExit();
        Dictionary<string, JsonElement> checks = Checks(pod.Output);

        Assert.Equal(result, Result(checks[name]));
        Assert.Contains(part, checks[name].GetProperty("meaning").GetString(), StringComparison.Ordinal);
    }

    [LabTheory]
    [Explains("a small tree could not be saved")]
    public void Check_says_why_the_trial_could_not_be_saved(string message)
    {
        // This criu may not write more than a kilobyte.
        const string Script = "printf '#!/bin/sh\nulimit -f 1\nexec /usr/sbin/criu \"$@\"\n' >/tmp/criu; chmod +x /tmp/criu; crik check -o json --image-dir /checkpoint";
        using ImageDirectory images = new();
        using Pod pod = new(["--image-dir", images.Path, "--env", "CRIK_CRIU_PATH=/tmp/criu"], ["sh", "-c", Script]);

        pod.WaitForExit();
        JsonElement trial = Checks(pod.Output)["trial"];

        Assert.Equal("problem", Result(trial));
        Assert.True(Explained.IsIn(message, trial.GetProperty("meaning").GetString()!), pod.Said);
    }

    [LabFact]
    public void Check_shows_the_answer_of_the_node_state_server()
    {
        using Pod pod = new(
            ["--env", "KUBERNETES_NODE_NAME=node-7", "--env", "CRIK_NODE_STATE_SERVER_URL=http://127.0.0.1:9376"],
            Programs.Python(
                """
                import http.server, json, subprocess, threading
                class Handler(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        body = json.dumps({'name': self.path.split('/')[-1], 'state': 'cordoned', 'reason': 'a test drains it', 'version': 5}).encode()
                        self.send_response(200)
                        self.send_header('Content-Type', 'application/json')
                        self.send_header('Content-Length', str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                    def log_message(self, *_):
                        pass
                server = http.server.HTTPServer(('127.0.0.1', 9376), Handler)
                threading.Thread(target=server.serve_forever, daemon=True).start()
                subprocess.run(['crik', 'check', '-o', 'json'])
                """));

        pod.WaitForExit();
        JsonElement found = Checks(pod.Output)["nodeState"];

        Assert.Equal("ok", Result(found));
        Assert.Contains("a test drains it", found.GetProperty("meaning").GetString(), StringComparison.Ordinal);
    }

    [LabTheory]
    [Explains("a small tree was saved, and could not be restored")]
    public void Check_keeps_the_log_of_a_trial_that_could_not_be_restored_until_the_next_start(string message)
    {
        // This criu fails as soon as the checkpoint of the trial exists, which is at the restore.
        const string Script = "printf '#!/bin/sh\nls -d /checkpoint/.check-trial-*/checkpoints/1 >/dev/null 2>&1 && exit 1\nexec /usr/sbin/criu \"$@\"\n' >/tmp/criu; chmod +x /tmp/criu; "
            + "crik check -o json; echo code $? >&2";
        using ImageDirectory images = new();
        using (Pod pod = new(["--image-dir", images.Path, "--env", "CRIK_CRIU_PATH=/tmp/criu", "--env", "CRIK_IMAGE_DIR=/checkpoint"], ["sh", "-c", Script]))
        {
            pod.WaitForExit();
            JsonElement trial = Checks(pod.Output)["trial"];

            Assert.Equal("problem", Result(trial));
            Assert.Contains(message, trial.GetProperty("meaning").GetString(), StringComparison.Ordinal);
            Assert.Contains("code 1", pod.Errors);
        }

        Assert.Single(Directory.EnumerateDirectories(images.Path, ".check-trial-*"));
        using Pod next = Pod.WithCheckpoints(images, [], "true");
        next.WaitForExit(0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(images.Path, ".check*"));
    }

    [LabFact]
    public void Check_without_root_says_how_criu_gets_the_capabilities_of_its_file()
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--level", "nonroot", "--image-dir", images.Path], ["setpriv", "--no-new-privs", "crik", "check", "--image-dir", "/checkpoint", "-o", "json"]);

        pod.WaitForExit(1);
        Assert.Contains("allowPrivilegeEscalation: true", Checks(pod.Output)["capabilities"].GetProperty("yaml").GetString(), StringComparison.Ordinal);
    }

    private static Dictionary<string, JsonElement> Checks(IEnumerable<string> output) =>
        JsonDocument.Parse(string.Join('\n', output)).RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);

    private static string? Result(JsonElement check) => check.GetProperty("result").GetString();
}
