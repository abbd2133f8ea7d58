namespace Crik.NodeStateServer.Signals;

/// <summary>What a time means that a taint or annotation has in its value, or a condition in its message.</summary>
internal enum SignalText
{
    Nothing,
    Since,
    Deadline,
}
