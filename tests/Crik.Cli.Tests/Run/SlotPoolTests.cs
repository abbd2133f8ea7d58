using Crik.Configuration;
using Crik.Linux;
using Crik.Policy;
using Crik.Run;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Run;

/// <summary>
/// Tests how pods share a pool, with real locks. A process that another test starts has a copy of a lock until it executes its program, so
/// these tests run alone.
/// </summary>
[CollectionDefinition(nameof(SlotPoolTests), DisableParallelization = true)]
[Collection(nameof(SlotPoolTests))]
public sealed class SlotPoolTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private int _pods;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Pods_that_start_together_get_different_slots()
    {
        using SlotCrik a = Start(slots: 2, fresh: "a")!, b = Start(slots: 2, fresh: "b")!;

        Assert.Equal((0, 1), (a.Slot, b.Slot));
        Assert.Null(Start(slots: 2, fresh: "c"));
        Assert.Equal(FileModes.OwnDirectory, Libc.TryStatus(SlotLayout.SlotIn(_temp.Path, 1), followLinks: false)!.Value.Permissions);
    }

    [Fact]
    public void Pods_on_many_threads_never_get_one_slot_twice()
    {
        const int Slots = 4;
        SlotCrik?[] got = new SlotCrik?[12];
        int taken = 0;
        Parallel.For(0, got.Length, i =>
        {
            // While another pod chooses, a pod has to look again, as long as there may be a slot.
            while (got[i] is null && Volatile.Read(ref taken) < Slots)
            {
                if ((got[i] = SlotCrik.Start(_temp.Path, Slots, Pod(i), $"{i}")) is not null)
                {
                    Interlocked.Increment(ref taken);
                }
            }
        });

        Assert.Equal([0, 1, 2, 3], got.OfType<SlotCrik>().Select(crik => crik.Slot).Order());
        Array.ForEach(got, crik => crik?.Dispose());
    }

    [Fact]
    public void A_start_waits_for_the_state_that_is_still_being_written_and_restores_it()
    {
        SlotCrik running = Start(slots: 1, fresh: "a")!;
        SlotPool pool = new(_temp.Path, SlotCrik.Policy(1) with { LockTimeout = TimeSpan.FromMinutes(1) }, WhenRestoreFails.Fail, Pod(99));
        int waits = 0;
        bool Wait(TimeSpan time)
        {
            if (++waits == 2)
            {
                running.Checkpoint(minute: 1);
                running.End(RunEndKind.Checkpointed);
            }

            return false;
        }

        using ImageDirectoryClaim claim = pool.Take(Wait)!;

        Assert.Equal((0, true, 2), (claim.Slot, claim.RestoresOnly, waits));
    }

    [Fact]
    public void SIGTERM_ends_the_wait()
    {
        using SlotCrik running = Start(slots: 1, fresh: "a")!;
        SlotPool pool = new(_temp.Path, SlotCrik.Policy(1) with { LockTimeout = TimeSpan.FromMinutes(1) }, WhenRestoreFails.Fail, Pod(99));

        Assert.Null(pool.Take(_ => true));
    }

    [Fact]
    public void A_container_that_restarts_in_its_pod_keeps_its_slot_and_another_pod_takes_the_oldest_state()
    {
        SlotCrik old = Start(slots: 3, fresh: "old")!, young = SlotCrik.Start(_temp.Path, 3, Pod(50), "young")!;
        young.Checkpoint(minute: 2);
        young.Dispose();
        old.Checkpoint(minute: 1);
        old.Dispose();

        using SlotCrik again = SlotCrik.Start(_temp.Path, 3, Pod(50), "x")!;
        using SlotCrik other = Start(slots: 3, fresh: "y")!;

        Assert.Equal(("young", "old"), (again.Program, other.Program));
    }

    [Fact]
    public void A_refused_state_is_not_tried_again_until_somebody_has_changed_it()
    {
        SlotCrik first = Start(slots: 2, fresh: "a")!;
        first.Checkpoint(minute: 1);
        first.End(RunEndKind.Checkpointed);
        SlotPool pool = new(_temp.Path, SlotCrik.Policy(2), WhenRestoreFails.Fail, Pod(99));
        using (ImageDirectoryClaim claim = pool.Take(_ => true)!)
        {
            pool.Refuse(claim, new SlotRefusal("no AVX", AllowsFreshStart: false));
        }

        CheckpointException refused = Assert.Throws<CheckpointException>(() => pool.Take(_ => true));
        Assert.Equal(FailureKind.CheckpointNotRestored, refused.Kind);
        Assert.Contains("slot 0 was not restored: no AVX", refused.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(SlotLayout.SlotIn(_temp.Path, 0), "checkpoints", "1")));

        SlotCrik elsewhere = Start(slots: 2, fresh: "b")!;
        Assert.Equal("a", elsewhere.Program);
        elsewhere.Checkpoint(minute: 2);
        elsewhere.End(RunEndKind.Checkpointed);
        using ImageDirectoryClaim next = pool.Take(_ => true)!;
        Assert.Equal((0, true), (next.Slot, next.RestoresOnly));
    }

    [Fact]
    public void A_pod_that_could_not_use_a_state_starts_afresh_once_another_pod_has_restored_it()
    {
        SlotCrik first = Start(slots: 2, fresh: "a")!;
        first.Checkpoint(minute: 1);
        first.End(RunEndKind.Checkpointed);
        SlotPool pool = new(_temp.Path, SlotCrik.Policy(2), WhenRestoreFails.Fail, Pod(99));
        using (ImageDirectoryClaim claim = pool.Take(_ => true)!)
        {
            pool.Refuse(claim, new SlotRefusal("no AVX", AllowsFreshStart: false));
        }

        using SlotCrik fits = Start(slots: 2, fresh: "b")!;
        using ImageDirectoryClaim empty = pool.Take(_ => true)!;

        Assert.Equal((1, false), (empty.Slot, empty.RestoresOnly));
    }

    [Fact]
    public void A_slot_that_is_something_else_forbids_a_fresh_start_and_no_restore()
    {
        SlotCrik first = Start(slots: 3, fresh: "a")!;
        first.Checkpoint(minute: 1);
        first.End(RunEndKind.Checkpointed);
        Directory.Delete(SlotLayout.SlotIn(_temp.Path, 1), recursive: true);
        Directory.CreateSymbolicLink(SlotLayout.SlotIn(_temp.Path, 1), "/tmp");

        // Preparing the pool refuses a link below imageDirSlots. Above it there may be anything.
        CheckpointException linked = Assert.Throws<CheckpointException>(() => Start(slots: 3, fresh: "b"));
        using SlotCrik restored = Start(slots: 1, fresh: "b")!;
        SlotPool pool = new(_temp.Path, SlotCrik.Policy(1), WhenRestoreFails.Fail, Pod(99));

        Assert.Contains("is no directory", linked.Message, StringComparison.Ordinal);
        Assert.Equal("a", restored.Program);
        Assert.Contains("slot 1 cannot be read", Assert.Throws<CheckpointException>(() => pool.Take(_ => true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_run_record_counts_as_a_run_that_vanished()
    {
        SlotCrik first = Start(slots: 1, fresh: "a")!;
        first.Checkpoint(minute: 1);
        first.End(RunEndKind.Checkpointed);
        File.WriteAllText(ImageDirectory.RunRecordIn(SlotLayout.SlotIn(_temp.Path, 0)), "{");

        using SlotCrik next = Start(slots: 1, fresh: "b")!;

        Assert.Equal("a", next.Program);
    }

    [Fact]
    public void A_slot_with_nothing_but_a_checkpoint_that_was_set_aside_is_not_used()
    {
        SlotCrik first = Start(slots: 2, fresh: "a")!;
        first.Checkpoint(minute: 1);
        first.End(RunEndKind.Checkpointed);
        string slot = SlotLayout.SlotIn(_temp.Path, 0);
        Directory.Move(Path.Combine(slot, "checkpoints", "1"), Path.Combine(slot, "failed", "1"));

        using SlotCrik next = Start(slots: 2, fresh: "b")!;

        Assert.Equal((1, "b"), (next.Slot, next.Program));
    }

    [Fact]
    public void A_state_of_a_crik_without_slots_is_not_passed_over()
    {
        CheckpointFixture.Add(_temp, 4);

        CheckpointException refused = Assert.Throws<CheckpointException>(() => Start(slots: 2, fresh: "a"));

        Assert.StartsWith($"{_temp.Path} has the state of a crik without imageDirSlots (checkpoint 4)", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Whatever_happens_to_the_pods_each_state_runs_once_and_none_is_lost(int seed)
    {
        using PoolSimulation simulation = new(_temp.Path, new Random(seed));
        for (int step = 0; step < 120; step++)
        {
            simulation.Step();
        }

        simulation.RestoreEverything();
    }

    private SlotCrik? Start(int slots, string fresh) => SlotCrik.Start(_temp.Path, slots, Pod(_pods++), fresh);

    private static PodIdentity Pod(int number) => new($"{number}", $"pod-{number}", "boot");
}
