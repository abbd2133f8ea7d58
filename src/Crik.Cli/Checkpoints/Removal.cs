namespace Crik.Checkpoints;

/// <summary>
/// Removes directories, one after the other, in threads that exist only as long as there are some: a volume may be slow at it, and
/// nobody has to wait. What is left when crik ends, the next start finds.
/// </summary>
internal sealed class Removal
{
    private Thread? _last;

    public void Begin(string path)
    {
        Thread? before = _last;
        _last = new Thread(() =>
        {
            before?.Join();
            CheckpointStore.TryRemove(path);
        })
        { IsBackground = true };
        _last.Start();
    }

    public void Wait(TimeSpan atMost) => _last?.Join(atMost);
}
