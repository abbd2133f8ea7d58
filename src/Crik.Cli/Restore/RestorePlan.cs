using Crik.Store;

namespace Crik.Restore;

/// <param name="Checkpoint">The directory of the checkpoint, which is only read.</param>
/// <param name="BeforeResume">Called when the tree is complete and does not run yet.</param>
/// <param name="Place">The files and the page source of the attempt.</param>
internal sealed record RestorePlan(CheckpointManifest Manifest, string Checkpoint, Action BeforeResume, RestorePlace Place);
