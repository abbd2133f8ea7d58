namespace Crik.Control;

/// <summary>A path where a running crik may listen.</summary>
/// <param name="IsInOwnDirectory">
/// The directory above is made for the socket alone, with mode 0700, because everybody may write to the one above that.
/// </param>
internal sealed record ControlPlace(string Path, bool IsInOwnDirectory = false);
