namespace Crik.SystemTests.Restoring;

/// <summary>
/// Tests the table of kinds (<c>tests/lab/programs/kinds</c>): a program that holds one thing of each kind that a program can hold, and
/// looks at each before and after restores.
/// </summary>
public sealed class KindsTests
{
    private const string Open = "the program has something open that criu cannot save";
    private const string Namespace = "a process of the program is in a namespace of its own";

    private const string Warning = "restored processes are not as they were saved";

    /// <summary>What crik logs after a restore.</summary>
    private static readonly string[] s_logged = ["what=\"eventfd-semaphore of descriptors\"", "what=\"multicast groups\"", "what=\"tfd of descriptors\"", "what=personality"];

    /// <summary>The rows that a restore changes, and the words by which docs/reference.md says so.</summary>
    private static readonly Dictionary<string, string> s_lost = new()
    {
        ["PR SET MCE KILL"] = "`PR_MCE_KILL`",
        ["PR SET MEMORY MERGE"] = "`PR_SET_MEMORY_MERGE`",
        ["PR SET TSC"] = "`PR_SET_TSC`",
        ["PR SET MDWE"] = "`PR_SET_MDWE`",
        ["personality"] = "personality(2)",
        ["sealed mapping"] = "mseal(2)",
        ["landlock rules"] = "**Landlock** rules",
        ["memory policy"] = "Memory policies",
        ["memory policy of a mapping"] = "Memory policies",
        ["processor time of the process"] = "processor time",
        ["inode number"] = "another inode number",
        ["event counter"] = "`EFD_SEMAPHORE`",
        ["epoll entry that had its one shot"] = "`EPOLLONESHOT`",
        ["unread inotify event"] = "inotify events",
        ["TCP connection"] = "**Connections** that are open over TCP come back closed",
        ["TCP connection half closed"] = "**Connections** that are open over TCP come back closed",
        ["UDP with unread data"] = "datagrams",
        ["UDP member of a group"] = "multicast groups",
        ["filter of a group of sockets"] = "`SO_ATTACH_REUSEPORT_CBPF`",
    };

    /// <summary>These are part of an IPC namespace, and only at the full level is that the program's own.</summary>
    private static readonly Dictionary<string, string> s_lostBelowFull = new()
    {
        ["System V semaphores"] = "System V semaphores and message queues need the",
        ["System V messages"] = "System V semaphores and message queues need the",
    };

    /// <summary>The rows that need a capability.</summary>
    private static readonly string[] s_ofRoot =
    [
        "PR SET SECUREBITS", "TCP IP_TRANSPARENT", "TCP SO_MARK", "UDP IP_TRANSPARENT", "UDP SO_MARK", "Unix SO_MARK", "ambient capabilities",
        "bounding capabilities", "effective capabilities", "groups", "open file of another user", "packet socket", "raw socket", "root directory",
        "user and group",
    ];

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void What_a_program_holds_is_the_same_in_the_next_pod_or_the_reference_says_that_it_is_lost(string level)
    {
        Dictionary<string, string> lost = new(level == "full" ? s_lost : s_lost.Concat(s_lostBelowFull));
        string reference = File.ReadAllText(Repository.In("docs/reference.md")).ReplaceLineEndings(" ");
        string[] leftOut = level == "nonroot" ? ["-PR SET DUMPABLE"] : []; // crik may not look into such a process there
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], ["python3", "/programs/kinds", .. leftOut]);
            pod.WaitForCount(last + 3);
            pod.End(143);
            last = pod.Counted()[^1];
            if (i == 0)
            {
                Assert.True(Rows(pod, "kind ").Length > 300, pod.Said);
                Assert.Equal(level == "nonroot" ? s_ofRoot : [], Rows(pod, "cannot "));
            }

            string[] changed = Rows(pod, "changed ");
            IEnumerable<string> expected = i switch { 0 => [], 1 => lost.Keys, _ => changed.Intersect(["inode number"]) };
            Assert.True(changed.SequenceEqual(expected.Order(StringComparer.Ordinal)), string.Join('\n', pod.Output.Where(line => line.StartsWith("changed ", StringComparison.Ordinal))));
            string[] logged = i == 1 ? s_logged : [];
            Assert.Equal(logged, pod.Errors.Where(line => line.Contains(Warning, StringComparison.Ordinal)).Select(line => logged.FirstOrDefault(line.Contains) ?? line).Order(StringComparer.Ordinal));
        }

        Assert.All(lost, row => Assert.True(reference.Contains(row.Value, StringComparison.Ordinal), $"docs/reference.md does not say '{row.Value}'"));
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void What_cannot_be_restored_prevents_the_checkpoint_and_the_program_runs_on(string level)
    {
        List<(string Name, string Reason)> rows =
        [
            ("pipe of packets", Open), ("user fault descriptor", Open), ("landlock rules", Open), ("socket of vsock", Open),
            ("secret memory", "the program has a file open on a mount that this container does not have"),
            ("socket of MPTCP", "the program has a socket of multipath TCP"),
            ("waiting connection", "a connection to a Unix socket of the program waits to be accepted"),
            ("corked datagram", "a UDP socket of the program holds back what was written to it"),
            ("namespace of users", Namespace),
        ];
        rows.AddRange(level == "full"
            ?
            [
                ("performance counter", Open), ("bpf map", Open), ("socket of XDP", Open), ("namespace of mounts", Namespace), ("namespace of the host name", Namespace),
                ("namespace of time", Namespace), ("namespace of cgroups", Namespace),
            ]
            : [("seccomp filter", "the program is under a seccomp filter"), ("System V memory", "the program uses System V shared memory")]);
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--level", level], ["python3", "/programs/kinds", "prevent", .. rows.Select(row => row.Name)]);
        pod.WaitForControl();
        for (int i = 0; i < rows.Count; i++)
        {
            pod.WaitForLine($"holds {rows[i].Name}");

            pod.Exec("crik", "checkpoint", "--leave-running");

            pod.WaitUntil(() => Refusals(pod).Length > i, $"a refusal because of {rows[i].Name}");
            Assert.Contains(rows[i].Reason, Refusals(pod)[i], StringComparison.Ordinal);
            pod.Kill("USR1");
        }

        pod.WaitForLine("end");
        Assert.Empty(images.Generations);
    }

    private static string[] Refusals(Pod pod) => [.. pod.Errors.Where(line => line.StartsWith("crik error: no checkpoint was made", StringComparison.Ordinal))];

    /// <summary>The names of the rows in lines such as "changed NAME: WAS -> IS".</summary>
    private static string[] Rows(Pod pod, string start) =>
        [.. pod.Output.Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..line.IndexOf(": ", StringComparison.Ordinal)])
            .Distinct().Order(StringComparer.Ordinal)];
}
