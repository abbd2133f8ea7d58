namespace Crik.Criu;

/// <summary>Tells how a wait for criu's next message ended.</summary>
internal abstract record CriuReply
{
    private CriuReply()
    {
    }

    public sealed record Said(CriuMessage Message) : CriuReply;

    /// <summary>criu closed the connection or ended.</summary>
    public sealed record Ended : CriuReply;

    /// <summary>The deadline passed.</summary>
    public sealed record TimeIsUp : CriuReply;

    /// <summary>The caller has something more important to do.</summary>
    public sealed record Interrupted : CriuReply;
}
