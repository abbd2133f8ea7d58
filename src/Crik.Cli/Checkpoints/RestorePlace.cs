namespace Crik.Checkpoints;

/// <summary>What an attempt to restore has on disk, and the source of its pages when it is a lazy one.</summary>
/// <param name="work">The directory for criu's logs and sockets.</param>
internal sealed class RestorePlace(string work)
{
    public string Work => work;

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
