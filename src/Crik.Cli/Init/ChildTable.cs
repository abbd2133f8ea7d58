namespace Crik.Init;

/// <summary>
/// The children that somebody waits for. A child that the run starts may end before the run has registered it, so while a start is under way
/// the table also remembers how unknown children ended. The caller holds the lock.
/// </summary>
internal sealed class ChildTable
{
    /// <summary>How many unknown children may end during one start before the oldest is forgotten.</summary>
    private const int Remembered = 256;

    private readonly List<ChildProcess> _awaited = new(capacity: 64);
    private readonly (int Pid, int WaitStatus)[] _unknown = new (int, int)[Remembered];
    private int _unknownCount;
    private int _starting;

    public void BeginStart() => _starting++;

    public void EndStart()
    {
        if (--_starting == 0)
        {
            _unknownCount = 0;
        }
    }

    /// <summary>Registers a child; one that has ended since <see cref="BeginStart"/> is marked as ended at once.</summary>
    public void Await(ChildProcess child)
    {
        for (int i = Math.Min(_unknownCount, Remembered) - 1; i >= 0; i--)
        {
            if (_unknown[i].Pid == child.Pid)
            {
                child.NoteEnd(_unknown[i].WaitStatus);
                _unknown[i] = default;
                return;
            }
        }

        _awaited.Add(child);
    }

    public void Forget(ChildProcess child) => _awaited.Remove(child);

    /// <returns>Whether somebody waits for it.</returns>
    public bool NoteEnd(int pid, int waitStatus)
    {
        for (int i = 0; i < _awaited.Count; i++)
        {
            if (_awaited[i].Pid == pid)
            {
                ChildProcess child = _awaited[i];
                _awaited.RemoveAt(i);
                child.NoteEnd(waitStatus);
                return true;
            }
        }

        if (_starting > 0)
        {
            _unknown[_unknownCount++ % Remembered] = (pid, waitStatus);
        }

        return false;
    }
}
