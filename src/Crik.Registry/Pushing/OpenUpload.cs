namespace Crik.Registry.Pushing;

/// <summary>An upload that the registry has begun.</summary>
/// <param name="location">Where its next part goes.</param>
/// <param name="smallestChunk">Chunks before the last may not be smaller. Zero if the registry does not say it.</param>
internal sealed class OpenUpload(Uri location, long smallestChunk)
{
    public Uri Location { get; private set; } = location;

    public long SmallestChunk => smallestChunk;

    /// <summary>
    /// The connection broke the last time. The registry may have refused the body while it was sent: the next one is sent
    /// when the registry agrees.
    /// </summary>
    public bool AsksBeforeBody { get; set; }

    /// <summary>Each answer may name another location, which carries the state of the upload.</summary>
    public void GoOn(RepositoryAnswer answer) => Location = answer.Location ?? Location;
}
