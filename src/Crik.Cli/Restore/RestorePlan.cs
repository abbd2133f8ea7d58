using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>What an attempt restores, and what it has made, so that this can be kept or removed at the end: files, the view, the lazy pages.</summary>
/// <param name="checkpoint">The directory of the checkpoint, which is only read.</param>
/// <param name="beforeResume">Called when the tree is complete and does not run yet.</param>
/// <param name="work">The directory for criu's logs and sockets.</param>
internal sealed class RestorePlan(CheckpointManifest manifest, string checkpoint, Action beforeResume, string work)
{
    public CheckpointManifest Manifest => manifest;

    public string Checkpoint => checkpoint;

    public Action BeforeResume => beforeResume;

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
