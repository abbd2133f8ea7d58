namespace Crik.NodeStateServer.Callers;

internal enum CallerVerdict
{
    Allowed,
    Refused,

    /// <summary>The API server did not answer, and it had never accepted this token before.</summary>
    CannotTell,
}
