using Crik.Store;

namespace Crik.Run;

/// <summary>The image directory that a start has the lock of.</summary>
/// <param name="Slot">Its number in a pool; <see langword="null"/> without a pool.</param>
/// <param name="RestoresOnly">Whether to give it back if its state cannot be restored.</param>
internal sealed record ImageDirectoryClaim(ImageDirectory Directory, int? Slot = null, bool RestoresOnly = false) : IDisposable
{
    public void Dispose() => Directory.Dispose();
}
