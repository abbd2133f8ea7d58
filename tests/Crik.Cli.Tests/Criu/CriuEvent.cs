using Crik.Criu;

namespace Crik.Tests.Criu;

/// <summary>What a scripted criu does next.</summary>
internal abstract record CriuEvent
{
    private CriuEvent()
    {
    }

    public sealed record Says(CriuMessage Message) : CriuEvent;

    /// <summary>criu ends without an answer.</summary>
    public sealed record Ends : CriuEvent;

    /// <summary>Nothing comes until the time limit, or until the caller gives up.</summary>
    public sealed record KeepsSilent : CriuEvent;

    /// <summary>Something happens elsewhere before criu's next message.</summary>
    public sealed record Meanwhile(Action Happens) : CriuEvent;

    public static CriuEvent Version(int version = 40300) => new Says(Make(CriuRequest.Version, success: true) with { Version = version });

    public static CriuEvent Notifies(string script) => new Says(Make(CriuRequest.Notify, success: true) with { Script = script });

    public static CriuEvent Answers(int type, bool success) => new Says(Make(type, success));

    private static CriuMessage Make(int type, bool success) => new(type, success, Script: null, Version: 0);
}
