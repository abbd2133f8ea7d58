using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>One end of a terminal in <c>/dev/pts</c>.</summary>
internal sealed class PseudoTerminal(uint number, bool isMaster, bool isHungUp)
{
    public uint Number { get; } = number;

    public bool IsMaster { get; } = isMaster;

    public bool IsHungUp { get; } = isHungUp;

    /// <returns><see langword="null"/> for a terminal of another kind, and for one of the container.</returns>
    public static PseudoTerminal? Read(byte[] message)
    {
        TerminalEntry entry = new(message);
        return entry.IsExternal || entry.IsControlling || entry.PseudoTerminal is not { } number ? null : new(number, entry.IsMaster, entry.IsHungUp);
    }
}
