using System.Text.Json;

namespace Crik.SystemTests.Restoring;

/// <summary>
/// Tests what differs between two containers of a pod: mounts, cgroups, other processes, connections and users.
/// </summary>
public sealed class PodTests
{
    [LabTheory]
    [InlineData("--level", "basic")]
    [InlineData("--level", "privileged")]
    [InlineData("--mount", "/sys/fs/cgroup:/sys/fs/cgroup:ro")]
    public void Files_that_the_runtime_provides_are_those_of_the_new_pod(string option, string value)
    {
        using ImageDirectory images = new();
        HashSet<string> cgroups = [];
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [option, value], "python3", "/programs/world.py");
            pod.WaitForCount(i == 0 ? 2 : 1);
            pod.Kill("USR1");
            pod.WaitForLine("{");
            JsonElement found = JsonDocument.Parse(pod.Output.First(line => line.StartsWith('{'))).RootElement;
            Assert.Equal(pod.Name, found.GetProperty("host").GetString()!.Trim());
            Assert.StartsWith(found.GetProperty("/etc/hostname").GetString()!.Trim(), pod.Name, StringComparison.Ordinal);
            Assert.Equal("/var", found.GetProperty("cwd").GetString());
            Assert.Equal("0o27", found.GetProperty("umask").GetString());
            Assert.True(found.GetProperty("entries").GetBoolean());
            foreach (JsonProperty property in found.EnumerateObject())
            {
                Assert.True(property.Value.ValueKind != JsonValueKind.False, $"{property.Name}\n{pod.Said}");
            }

            // Two cgroup files with the same name in two hierarchies stay different, and both belong to the new pod.
            string[] paths = [.. found.EnumerateObject().Where(property => property.Name.EndsWith("path", StringComparison.Ordinal)).Select(property => property.Value.GetString()!)];
            Assert.Equal(paths.Length, paths.Distinct().Count());
            Assert.All(paths.Where(path => path.Contains("kubepods", StringComparison.Ordinal)), path => Assert.Contains(pod.Name, path, StringComparison.Ordinal));
            cgroups.UnionWith(paths);
            pod.End(143);
        }

        // With the hierarchies of the node mounted, each pod has another directory there.
        Assert.Equal(option == "--mount", cgroups.Any(path => path.Contains("kubepods", StringComparison.Ordinal)));
        Assert.NotEmpty(cgroups);
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    public void A_file_of_a_secret_that_the_kubelet_replaced_before_the_checkpoint_is_the_new_one(string level)
    {
        using ImageDirectory images = new();
        string volume = images.In("secret");
        MakeSecret(volume, "..2026_11_22_10_00_00.1", "old");
        string[] options = ["--level", level, "--mount", $"{volume}:/secret:ro"];
        string[] program = Programs.Shell("exec 5</secret/key; trap 'cat <&5' USR1; n=0; while :; do echo count $((n+=1)); sleep 0.05; done");
        using (Pod first = Pod.WithCheckpoints(images, options, program))
        {
            first.WaitForCount(2);
            MakeSecret(volume, "..2026_11_22_11_00_00.22", "renewed");
            first.End(143);
        }

        MakeSecret(volume, "..2026_11_22_12_00_00.333", "of the second pod");
        using Pod second = Pod.WithCheckpoints(images, options, program);
        second.WaitForCount(3);
        second.Kill("USR1");
        second.WaitForLine("of the second pod");
        second.End(143);
    }

    [LabFact]
    public void Files_stay_open_on_every_kind_of_volume()
    {
        using ImageDirectory images = new();
        foreach (string name in new[] { "claim", "config" })
        {
            Directory.CreateDirectory(images.In(name));
            File.WriteAllText(images.In(name, "file"), name + "\n");
        }

        string[] options = ["--mount", $"{images.In("claim")}:/claim", "--mount", $"{images.In("config")}:/config:ro", "--tmpfs", "/cache:4m", "--env", "CRIK_ADDITIONAL_PATHS=/cache:/dev/shm"];
        string[] program = Programs.Shell(
            "echo cache >/cache/file; echo shm >/dev/shm/file; exec 5<>/claim/file 6</config/file 7<>/cache/file 8<>/dev/shm/file 9>/claim/gone; rm /claim/gone; cd /claim; "
            + "trap 'echo now >&9; cat <&5 <&5; cat <&6; cat <&7; cat <&8; pwd; echo all' USR1; " + Programs.Count);
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, options, program);
            pod.WaitForCount(last + 3);
            if (i == 2)
            {
                pod.Kill("USR1");
                pod.WaitForLine("all");
                Assert.Equal(["claim", "config", "cache", "shm", "/claim", "all"], pod.Output.Where(line => !line.StartsWith("count", StringComparison.Ordinal)));
            }

            pod.End(143);
            last = pod.Counted()[^1];
        }
    }

    [LabFact]
    public void Probes_do_not_disturb_checkpoints_and_restores()
    {
        // Processes of kubectl exec and of probes do not belong to the tree. Some of them are always alive here.
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 4; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
            pod.WaitForCount(last + 1);
            Task probes = Task.Run(() =>
            {
                for (int probe = 0; probe < 5; probe++)
                {
                    pod.Exec("sh", "-c", "sleep 0.01; true");
                }
            });
            Task shell = Task.Run(() => pod.Exec("sleep", "1000"));
            Thread.Sleep(300);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
            Task.WaitAll(probes, shell);
        }
    }

    [LabFact]
    public void Connections_that_are_not_accepted_yet_do_not_make_a_checkpoint_fail()
    {
        string[] program = Programs.Python(
            """
            import os, signal, socket, time
            listeners = [socket.create_server(('0.0.0.0', 8080 + i)) for i in range(3)]
            waiting, sending, gone = [socket.create_connection(listener.getsockname()) for listener in listeners]
            sending.send(b'x')
            gone.close()
            def say(*words): # print may be at work in what the signal interrupts
                os.write(1, (' '.join(map(str, words)) + '\n').encode())
            def answer(*_):
                for listener in listeners:
                    client = socket.create_connection(listener.getsockname())
                    listener.accept()[0].send(b'hello')
                    say('answer', client.recv(10))
                for client in waiting, sending:
                    try:
                        say('first', client.recv(10))
                    except OSError as error:
                        say('first', error)
            signal.signal(signal.SIGUSR1, answer)
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(1);
            pod.End(143);
            Assert.False(pod.HasSaid("trying again"), pod.Said);
        }

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.Kill("USR1");
        restored.WaitUntil(() => restored.Output.Count(line => line.StartsWith("first", StringComparison.Ordinal)) == 2, "first");
        Assert.Equal(3, restored.Output.Count(line => line == "answer b'hello'"));
        Assert.DoesNotContain("first b'hello'", restored.Output);
        restored.End(143);
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("nonroot")]
    public void A_Unix_socket_whose_file_was_deleted_is_restored(string level)
    {
        string[] program = Programs.Python(
            """
            import os, socket, time
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('/tmp/listener')
            listener.listen()
            client = socket.socket(socket.AF_UNIX)
            client.connect('/tmp/listener')
            server = listener.accept()[0]
            os.unlink('/tmp/listener')
            n = 0
            while True:
                n += 1
                client.send(b'x')
                server.recv(1)
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        List<int> counted = [];
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], program);
            pod.WaitForCount(counted.LastOrDefault() + 3);
            pod.End(143);
            counted.AddRange(pod.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
    }

    [LabFact]
    public void Connections_are_closed_after_a_restore_and_the_listener_accepts_new_ones()
    {
        string[] program = Programs.Python(
            """
            import socket, threading, time
            listener = socket.create_server(('0.0.0.0', 8080))
            client = socket.create_connection(('127.0.0.1', 8080))
            server = listener.accept()[0]
            def serve():
                while True:
                    connection = listener.accept()[0]
                    connection.send(b'hello\n')
                    connection.close()
            threading.Thread(target=serve, daemon=True).start()
            alive = True
            n = 0
            while True:
                n += 1
                try:
                    client.send(b'x')
                    if server.recv(1) != b'x':
                        raise OSError('closed')
                except OSError as error:
                    if alive:
                        print('lost', error, flush=True)
                        alive = False
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(5);
            pod.End(143);
            Assert.DoesNotContain(pod.Output, line => line.StartsWith("lost", StringComparison.Ordinal));
        }

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("lost");
        string answer = restored.Exec("python3", "-c", "import socket; print(socket.create_connection(('127.0.0.1', 8080), 60).recv(100).decode())");

        Assert.Equal("hello", answer.Trim());
        restored.End(143);
    }

    [LabTheory]
    [Explains("does not fit: privileges")]
    public void A_checkpoint_of_the_full_level_waits_for_a_pod_with_that_level(string message)
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint(["--level", "full"], Programs.Counter);

        using (Pod basic = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=fail"], Programs.Counter))
        {
            basic.WaitForExit(123);
            basic.AssertSaid($"crik error: checkpoint 1 {message}…SYS_ADMIN");
        }

        Assert.Empty(images.Failed);
        using Pod again = Pod.WithCheckpoints(images, ["--level", "full"], Programs.Counter);
        again.AssertContinuesAfter(last);
    }

    [LabFact]
    public void A_checkpoint_of_the_basic_level_is_restored_at_every_level()
    {
        using ImageDirectory images = new();
        List<int> counted = [];
        foreach (string level in new[] { "basic", "full", "privileged" })
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], Programs.Counter);
            if (counted.Count > 0)
            {
                pod.WaitForLine("crik info: restored");
            }

            pod.WaitForCount(counted.LastOrDefault() + 3);
            pod.End(143);
            counted.AddRange(pod.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
    }

    [LabFact]
    public void The_termination_log_tells_what_happened_to_the_checkpoint()
    {
        using ImageDirectory images = new();
        string message = images.In("message");
        using (Pod pod = Pod.WithCheckpoints(images, ["--termination-log", message], Programs.Counter))
        {
            pod.WaitForCount(2);
            pod.End(143);
            JsonElement checkpointed = Message(message, "checkpointed");
            Assert.Equal((1, 143), (checkpointed.GetProperty("generation").GetInt32(), checkpointed.GetProperty("exitCode").GetInt32()));
        }

        images.FlipByte(1, "core-*.img");
        using Pod broken = Pod.WithCheckpoints(images, ["--termination-log", message, "--env", "CRIK_WHEN_RESTORE_FAILS=fail"], Programs.Counter);
        broken.WaitForExit(123);
        JsonElement notStarted = Message(message, "notStarted");
        Assert.Equal(123, notStarted.GetProperty("exitCode").GetInt32());
        Assert.Contains("checkpoint 1: ", notStarted.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [LabTheory]
    [InlineData("failed", "CHECKPOINT_RESTORE", "--level", "none")]
    [InlineData("forwarded", "the node's state is unknown", "--env", "CRIK_NODE_STATE_SERVER_URL=http://127.0.0.1:1", "--env", "KUBERNETES_NODE_NAME=n",
        "--env", "CRIK_WHEN_NODE_STATE_UNKNOWN=forward")]
    public void The_termination_log_tells_why_SIGTERM_made_no_checkpoint(string outcome, string reason, params string[] options)
    {
        using ImageDirectory images = new();
        string message = images.In("message");
        using Pod pod = Pod.WithCheckpoints(images, ["--termination-log", message, .. options], Programs.Shell("trap 'exit 7' TERM; " + Programs.Count));
        pod.WaitForCount(2);

        pod.End(7);

        Assert.Contains(reason, Message(message, outcome).GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [LabFact]
    public void The_termination_log_of_a_program_that_ends_by_itself_is_the_program_s_own()
    {
        using ImageDirectory images = new();
        string message = images.In("message");
        using Pod pod = Pod.WithCheckpoints(images, ["--termination-log", message], Programs.Shell("echo mine >/dev/termination-log; exit 7"));

        pod.WaitForExit(7);

        Assert.Equal("mine\n", File.ReadAllText(message));
    }

    private static JsonElement Message(string path, string outcome)
    {
        JsonElement message = JsonDocument.Parse(Assert.Single(File.ReadAllLines(path))).RootElement;
        Assert.Equal(outcome, message.GetProperty("crik").GetString());
        return message;
    }

    [LabFact]
    public void A_JSON_log_has_one_object_in_each_line()
    {
        using ImageDirectory images = new();
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_LOG_FORMAT=json"], Programs.Counter);
            pod.WaitForCount(1);
            pod.End(143);
            Assert.NotEmpty(pod.Errors);
            Assert.All(pod.Errors, line => Assert.NotEqual("", JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()));
        }
    }

    [LabFact]
    public void Files_of_a_user_other_than_root_are_restored()
    {
        string[] options = ["--level", "nonroot", "--env", "CRIK_ADDITIONAL_PATHS=/tmp/data"];
        string[] program = Programs.Shell(
            "mkdir -p /tmp/data; echo mine >/tmp/data/file; chmod 600 /tmp/data/file; exec 5<>/tmp/data/file; trap 'cat /tmp/data/file; stat -c \"%a %u\" /tmp/data/file; echo all' USR1; " + Programs.Count);
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, options, program);
            pod.WaitForCount(last + 3);
            pod.Kill("USR1");
            pod.WaitForLine("all");
            Assert.Equal(["mine", "600 1000", "all"], pod.Output.Where(line => !line.StartsWith("count", StringComparison.Ordinal)));
            pod.End(143);
            last = pod.Counted()[^1];
        }
    }

    [LabFact]
    public void A_program_with_many_threads_and_children_continues()
    {
        string[] program = Programs.Python(
            """
            import glob, os, threading, time
            for _ in range(30):
                if os.fork() == 0:
                    for _ in range(3):
                        threading.Thread(target=time.sleep, args=(10000,), daemon=True).start()
                    time.sleep(10000)
            for _ in range(100):
                threading.Thread(target=time.sleep, args=(10000,), daemon=True).start()
            n = 0
            while True:
                n += 1
                tasks = sum(len(glob.glob(f'/proc/{pid}/task/*')) for pid in os.listdir('/proc') if pid.isdigit() and int(pid) >= 300)
                print('count', n, tasks, flush=True)
                time.sleep(0.1)
            """);
        using ImageDirectory images = new();
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [], program);
            pod.WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal) && line.EndsWith(" 221", StringComparison.Ordinal), "221 tasks");
            pod.End(143);
        }
    }

    /// <summary>Writes a Secret with one key, or replaces it, as the kubelet does (pkg/volume/util/atomic_writer.go).</summary>
    private static void MakeSecret(string volume, string data, string key)
    {
        Directory.CreateDirectory(Path.Combine(volume, data));
        File.WriteAllText(Path.Combine(volume, data, "key"), key + "\n");
        string link = Path.Combine(volume, "..data");
        string? before = new FileInfo(link).LinkTarget;
        File.Delete(link);
        File.CreateSymbolicLink(link, data);
        if (before is null)
        {
            File.CreateSymbolicLink(Path.Combine(volume, "key"), "..data/key");
        }
        else
        {
            Directory.Delete(Path.Combine(volume, before), recursive: true);
        }
    }
}
