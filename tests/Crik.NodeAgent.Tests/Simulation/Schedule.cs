using Crik.Kubernetes.Api;

namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>
/// Decides what happens next in a simulation. Everything that the agent does outside of itself begins and ends at a point, where
/// the schedule lets another part go on, fails the call, or kills the agent. The same seed gives the same schedule.
/// </summary>
internal sealed class Schedule(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<TaskCompletionSource> _waiting = [];

    /// <summary>While it is false, nothing fails, so that the end can be reached.</summary>
    public bool IsRough { get; set; } = true;

    public bool IsKilled { get; private set; }

    public bool Happens(int percent) => IsRough && _random.Next(100) < percent;

    public int Next(int most) => _random.Next(most);

    public T Any<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>Waits until the schedule lets the caller go on.</summary>
    public async Task PointAsync()
    {
        TaskCompletionSource turn = new();
        _waiting.Add(turn);
        await turn.Task;
        Check();
    }

    /// <summary>A point at which the API server may refuse or not answer.</summary>
    public async Task ApiPointAsync()
    {
        await PointAsync();
        if (Happens(3))
        {
            throw new KubernetesException(KubernetesFailure.NoAnswer, "the schedule lets the API server fail");
        }
    }

    /// <summary>A place in code that cannot wait.</summary>
    public void Check()
    {
        if (IsKilled)
        {
            throw new KilledException();
        }
    }

    public void LetOneGoOn()
    {
        TaskCompletionSource turn = Any(_waiting);
        _waiting.Remove(turn);
        turn.SetResult();
    }

    /// <summary>Ends the agent where it is.</summary>
    public void Kill()
    {
        IsKilled = true;
        while (_waiting.Count > 0)
        {
            LetOneGoOn();
        }
    }

    public void Revive() => IsKilled = false;
}

/// <summary>The agent was killed at this place.</summary>
internal sealed class KilledException : Exception;
