using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.SystemTests.Store;

/// <summary>Tests pods that share a pool of slots, like the replicas of a Deployment.</summary>
public sealed class SlotTests
{
    /// <summary>Writes its own name and a number, again and again. A restored program keeps its name.</summary>
    private static readonly string[] s_named = Programs.Shell(
        "id=$(cat /proc/sys/kernel/random/uuid); n=0; while :; do n=$((n + 1)); echo \"state $id $n\"; sleep 0.05; done");

    [LabTheory]
    [InlineData(1)]
    public void Each_state_of_three_replicas_goes_on_exactly_once_through_ten_random_deletions(int seed)
    {
        Random random = new(seed);
        using ImageDirectory images = new();
        List<Pod> replicas = [.. Enumerable.Range(0, 3).Select(_ => Replica(images, 3))];
        List<Pod> all = [.. replicas];
        try
        {
            replicas.ForEach(WaitForState);
            Dictionary<string, int> reached = replicas.ToDictionary(pod => States(pod)[^1].Id, pod => 0);
            Assert.Equal(3, reached.Count);
            int[] sizes = [1, 2, 3, .. Enumerable.Range(0, 7).Select(_ => random.Next(1, 4))];
            foreach (int size in sizes)
            {
                Pod[] deleted = [.. replicas.OrderBy(_ => random.Next()).Take(size)];

                // A ReplicaSet makes the new pods when the deletion begins, and so before the states are saved.
                Array.ForEach(deleted, pod => pod.Kill());
                Pod[] created = [.. deleted.Select(_ => Replica(images, 3))];
                all.AddRange(created);
                foreach (Pod pod in deleted)
                {
                    pod.WaitForExit(143);
                    (string id, int number) = States(pod)[^1];
                    reached[id] = number;
                }

                Array.ForEach(created, WaitForState);
                replicas = [.. replicas.Except(deleted), .. created];
                Assert.All(created, pod => Assert.Equal(reached[States(pod)[0].Id] + 1, States(pod)[0].Number));
                Assert.Equal(reached.Keys.Order(StringComparer.Ordinal), replicas.Select(pod => States(pod)[^1].Id).Order(StringComparer.Ordinal));
            }
        }
        finally
        {
            all.ForEach(pod => pod.Dispose());
        }
    }

    [LabFact]
    public void A_pod_waits_for_the_state_that_another_pod_is_still_writing_and_goes_on_with_it()
    {
        using ImageDirectory images = new();
        using Pod old = Replica(images, 1, "CRIK_HOOKS_BEFORE_CHECKPOINT=until [ -e /checkpoint/go ]; do sleep 0.05; done", "CRIK_HOOK_TIMEOUT=100s");
        WaitForState(old);
        old.Kill();
        using Pod next = Replica(images, 1);
        next.WaitForLine("crik info: waiting for a slot of the image directory");

        File.WriteAllText(images.In("go"), "");
        old.WaitForExit(143);
        WaitForState(next);

        Assert.Equal((States(old)[^1].Id, States(old)[^1].Number + 1), States(next)[0]);
        Assert.Contains("slot             0\n", next.Exec("crik", "status"), StringComparison.Ordinal);
        next.End(143);
    }

    [LabFact]
    public void SIGTERM_while_crik_waits_for_a_slot_starts_nothing()
    {
        using ImageDirectory images = new();
        using Pod holder = Replica(images, 1);
        WaitForState(holder);
        using Pod waiting = Replica(images, 1);
        waiting.WaitForLine("crik info: waiting for a slot of the image directory");

        waiting.End(143);

        Assert.Empty(States(waiting));
    }

    [LabTheory]
    [Explains("all slots of … are in use")]
    public void A_pod_that_gets_no_slot_in_time_ends_and_names_who_has_the_slots(string message)
    {
        using ImageDirectory images = new();
        using Pod holder = Replica(images, 1);
        WaitForState(holder);
        using Pod other = Replica(images, 1, "CRIK_LOCK_TIMEOUT=0s");

        other.WaitForExit(124);

        other.AssertSaid($"crik error: {message}: slot 0 is in use by crik of {holder.Name}");
    }

    [LabTheory]
    [Explains("the state of a slot was not restored")]
    public void A_state_that_does_not_fit_stays_and_the_pod_goes_on_with_another_one(string message)
    {
        using ImageDirectory images = new();
        using Pod first = Replica(images, 2);
        WaitForState(first);
        using Pod second = Replica(images, 2);
        WaitForState(second);
        first.End(143);
        second.End(143);
        MakeUnfit(images, 0);

        using Pod next = Replica(images, 2);
        WaitForState(next);

        next.AssertSaid($"crik warning: {message}");
        Assert.Equal((States(second)[^1].Id, States(second)[^1].Number + 1), States(next)[0]);
        Assert.True(Directory.Exists(images.In("slots", "0", "checkpoints", "1")));
        next.End(143);
    }

    [LabTheory]
    [Explains("no slot of … has a state that this pod can restore")]
    public void No_pod_starts_afresh_while_a_state_waits_that_does_not_fit(string message)
    {
        using ImageDirectory images = new();
        Save(images, 2);
        MakeUnfit(images, 0);

        using Pod next = Replica(images, 2);

        next.WaitForExit(123);
        next.AssertSaid($"crik error: {message}…slot 0 was not restored: checkpoint 1 does not fit this machine; slot 1 is empty");
        Assert.Empty(States(next));
    }

    [LabTheory]
    [Explains("a slot cannot be read")]
    public void A_slot_that_cannot_be_read_forbids_a_fresh_start(string message)
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("slots"));
        File.WriteAllText(images.In("slots", "5"), "");

        using Pod pod = Replica(images, 2);

        pod.WaitForExit(123);
        pod.AssertSaid($"crik warning: {message}");
    }

    [LabTheory]
    [Explains("… has the state of a crik without imageDirSlots")]
    public void A_pool_does_not_pass_over_a_state_from_before(string message)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter);

        using Pod pod = Replica(images, 2);

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}");
    }

    [LabTheory]
    [Explains("… is a pool of slots, and imageDirSlots is not set")]
    public void A_crik_without_slots_does_not_pass_over_a_pool(string message)
    {
        using ImageDirectory images = new();
        Save(images, 2);

        using Pod pod = Pod.WithCheckpoints(images, [], s_named);

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}");
    }

    [LabTheory]
    [Explains("… is a pool of slots: add --slot")]
    public void The_commands_for_people_know_slots(string message)
    {
        using ImageDirectory images = new();
        Save(images, 2);
        using Pod pod = Replica(images, 2, "CRIK_IMAGE_DIR=/checkpoint");
        WaitForState(pod);

        string listed = pod.Exec("crik", "list");
        string inspected = pod.Exec("crik", "inspect", "--slot", "0", "1");
        string pruned = pod.Exec("crik", "prune", "--slot", "0", "--dry-run");
        string refused = pod.Exec("sh", "-c", "crik rollback 1 2>&1; true");

        Assert.StartsWith($"slot 0, in use by {pod.Name}\n", listed, StringComparison.Ordinal);
        Assert.EndsWith("slot 1, not in use, without a checkpoint\n", listed, StringComparison.Ordinal);
        Assert.Contains("CAN BE RESTORED", inspected, StringComparison.Ordinal);
        Assert.StartsWith("would remove nothing; would keep 1\n", pruned, StringComparison.Ordinal);
        Assert.True(Explained.IsIn(message, refused), refused);
        Assert.Contains("crik_slot 0\n", pod.Exec("crik", "status", "-o", "prometheus"), StringComparison.Ordinal);
    }

    private static Pod Replica(ImageDirectory images, int slots, params string[] variables) => Pod.WithCheckpoints(
        images, [.. variables.Prepend("CRIK_LOCK_TIMEOUT=100s").Prepend($"CRIK_IMAGE_DIR_SLOTS={slots}").SelectMany(variable => new[] { "--env", variable })], s_named);

    /// <summary>Makes a checkpoint in slot 0.</summary>
    private static void Save(ImageDirectory images, int slots)
    {
        using Pod pod = Replica(images, slots);
        WaitForState(pod);
        pod.End(143);
    }

    private static void MakeUnfit(ImageDirectory images, int slot)
    {
        string path = images.In("slots", $"{slot}", "checkpoints", "1", "manifest.json");
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["machine"]!["cpuFeatures"]!.AsArray().Add("avx512_4fmaps");
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private static (string Id, int Number)[] States(Pod pod) =>
        [.. pod.Output.Select(line => line.Split(' ')).Where(words => words is ["state", _, _]).Select(words => (words[1], int.Parse(words[2], CultureInfo.InvariantCulture)))];

    private static void WaitForState(Pod pod) => pod.WaitUntil(() => States(pod).Length > 0, "a line of the program");
}
