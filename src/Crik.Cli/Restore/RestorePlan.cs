using Crik.Criu;
using Crik.Criu.Images;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>What an attempt restores, and what it has made, so that this can be kept or removed at the end: files, the view, the lazy pages.</summary>
/// <param name="Checkpoint">The directory of the checkpoint, which is only read.</param>
/// <param name="BeforeResume">Called when the tree is complete and does not run yet.</param>
/// <param name="Work">The directory for criu's logs and sockets.</param>
internal sealed record RestorePlan(CheckpointManifest Manifest, string Checkpoint, Action BeforeResume, string Work)
{
    /// <summary>The file for the standard output and error of criu's processes.</summary>
    public string Output => Path.Combine(Work, CheckpointLayout.CriuOutput);

    /// <summary>The logs that tell an operator why the attempt failed.</summary>
    public IReadOnlyList<string> Logs => [Path.Combine(Work, CheckpointLayout.RestoreLog), Output];

    /// <summary>Whether the program has an IPC namespace of its own, and not crik's.</summary>
    public bool HasIpcNamespace => Manifest.Images.Any(image => image.Name.StartsWith(ImageName.IpcNamespacePrefix, StringComparison.Ordinal));

    public PodTerminal? Terminal { get; set; }

    public ImageView? View { get; set; }

    public RestoredQueues? Queues { get; set; }

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
        CheckpointStore.TryRemove(Work);
    }
}
