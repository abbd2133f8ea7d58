namespace Crik.Control;

/// <summary>The crik that runs this container cannot be asked, or did not do what it was asked for.</summary>
internal sealed class ControlException(string message) : CrikException(message);
