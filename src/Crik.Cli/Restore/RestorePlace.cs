using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Holds what an attempt to restore has made, so that it can be kept or removed at the end: files, the view, the lazy pages.</summary>
/// <param name="work">The directory for criu's logs and sockets.</param>
internal sealed class RestorePlace(string work)
{
    public string Work => work;

    /// <summary>The file for the standard output and error of criu's processes.</summary>
    public string Output => Path.Combine(work, CheckpointLayout.CriuOutput);

    /// <summary>The logs that tell an operator why the attempt failed.</summary>
    public IReadOnlyList<string> Logs => [Path.Combine(work, CheckpointLayout.RestoreLog), Output];

    public PodTerminal? Terminal { get; set; }

    public ImageView? View { get; set; }

    public MissingPages? Missing { get; set; }

    /// <summary>The root of the restored tree, once the tree is complete.</summary>
    public ChildProcess? Root { get; set; }

    /// <summary>Removes the view of the images, which criu needs only while it restores.</summary>
    public void RemoveView()
    {
        View?.Dispose();
        View = null;
    }

    /// <summary>Removes the view of the images and the logs.</summary>
    public void Remove()
    {
        RemoveView();
        CheckpointStore.TryRemove(work);
    }
}
