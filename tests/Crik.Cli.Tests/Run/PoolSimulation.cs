using Crik.Store;

namespace Crik.Tests.Run;

/// <summary>
/// Pods on one pool that start, make checkpoints, end and vanish at random, and a model of what must be true: it knows programs and their
/// checkpoints, and no slots.
/// </summary>
internal sealed class PoolSimulation(string imageDir, Random random) : IDisposable
{
    private const int MostSlots = 4;

    private readonly List<(SlotCrik Crik, PodIdentity Pod)> _running = [];

    /// <summary>The programs that a start has to restore, with the time of their newest checkpoint.</summary>
    private readonly Dictionary<string, int> _waiting = [];

    /// <summary>The time of the newest checkpoint of each program that runs.</summary>
    private readonly Dictionary<string, int> _saved = [];

    private int _minute;
    private int _names;

    public void Step()
    {
        switch (random.Next(5))
        {
            case 0 or 1:
                Start(random.Next(1, MostSlots + 1));
                break;
            case 2 when _running.Count > 0:
                Checkpoint(_running[random.Next(_running.Count)].Crik);
                break;
            case 3 when _running.Count > 0:
                End(random.Next(_running.Count), (RunEnding)random.Next(4));
                break;
            case 4 when _running.Count > 0 && random.Next(8) == 0: // a drain of everything
                while (_running.Count > 0)
                {
                    End(0, RunEnding.Checkpointed);
                }

                break;
        }
    }

    /// <summary>Starts pods with only one slot, until no state waits.</summary>
    public void RestoreEverything()
    {
        while (_waiting.Count > 0)
        {
            int before = _waiting.Count;
            Start(slots: 1);
            Assert.Equal(before - 1, _waiting.Count);
        }
    }

    public void Dispose() => _running.ForEach(run => run.Crik.Dispose());

    private void Start(int slots)
    {
        PodIdentity pod = new($"uid-{_names}", $"pod-{_names}", "boot");
        StartIn(pod, slots, _waiting.Count > 0 ? _waiting.MinBy(state => state.Value).Key : null);
    }

    /// <param name="expected">The program that has to be restored; <see langword="null"/> for none.</param>
    private void StartIn(PodIdentity pod, int slots, string? expected)
    {
        string fresh = $"program-{_names++}";
        SlotCrik? crik = SlotCrik.Start(imageDir, slots, pod, fresh);
        if (crik is null)
        {
            Assert.Null(expected); // a pod never waits while a state does
            return;
        }

        Assert.Equal(expected ?? fresh, crik.Program);
        Assert.DoesNotContain(_running, run => run.Crik.Program == crik.Program || run.Crik.Slot == crik.Slot);
        Assert.True(crik.RestoredFrom is not null || crik.Slot < slots);
        _running.Add((crik, pod));
        if (_waiting.Remove(crik.Program, out int saved))
        {
            _saved[crik.Program] = saved;
        }
    }

    private void Checkpoint(SlotCrik crik)
    {
        crik.Checkpoint(++_minute);
        _saved[crik.Program] = _minute;
    }

    private void End(int index, RunEnding ending)
    {
        (SlotCrik crik, PodIdentity pod) = _running[index];
        _running.RemoveAt(index);
        switch (ending)
        {
            case RunEnding.Checkpointed:
                Checkpoint(crik);
                crik.End(RunEndKind.Checkpointed);
                break;
            case RunEnding.ByItself:
                crik.End(RunEndKind.Exited);
                _saved.Remove(crik.Program);
                break;
            default:
                crik.Dispose();
                break;
        }

        if (_saved.Remove(crik.Program, out int saved))
        {
            _waiting.Add(crik.Program, saved);
        }

        if (ending == RunEnding.ContainerRestarts)
        {
            StartIn(pod, MostSlots, _waiting.ContainsKey(crik.Program) ? crik.Program : null);
        }
    }

    private enum RunEnding { Checkpointed, ByItself, Vanishes, ContainerRestarts }
}
