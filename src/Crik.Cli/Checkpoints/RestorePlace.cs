namespace Crik.Checkpoints;

/// <summary>What an attempt to restore has on disk, and the source of its pages when it is a lazy one.</summary>
/// <param name="work">The directory for criu's logs and sockets.</param>
internal sealed class RestorePlace(string work)
{
    public const string RestoreLog = "restore.log";

    public string Work => work;

    /// <summary>What the processes of criu wrote elsewhere than to their logs.</summary>
    public string Output => Path.Combine(work, "criu.out");

    /// <summary>For those who look why it failed.</summary>
    public IReadOnlyList<string> Logs => [Path.Combine(work, RestoreLog), Output];

    public PodTerminal? Terminal { get; set; }

    public ImageView? View { get; set; }

    public MissingPages? Missing { get; set; }

    /// <summary>The links are of no use any more.</summary>
    public void RemoveView()
    {
        View?.Dispose();
        View = null;
    }

    /// <summary>Nor the logs.</summary>
    public void Remove()
    {
        RemoveView();
        CheckpointStore.TryRemove(work);
    }
}
