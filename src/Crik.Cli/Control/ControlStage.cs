namespace Crik.Control;

/// <summary>How far a <see cref="ControlConnection"/> has come.</summary>
internal enum ControlStage
{
    /// <summary>Nothing was received yet.</summary>
    Asking,

    /// <summary>The run carries out its order.</summary>
    Waiting,

    /// <summary>It has its answer. The other end hangs up next.</summary>
    Answered,
}
