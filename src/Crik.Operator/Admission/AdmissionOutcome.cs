namespace Crik.Operator.Admission;

internal enum AdmissionOutcome
{
    Injected,

    /// <summary>The pod wants it, and something is in the way.</summary>
    Skipped,

    /// <summary>It asks to be restored from a checkpoint, and is.</summary>
    Restored,

    /// <summary>It asks to be restored or not to run, and cannot be restored.</summary>
    Refused,

    /// <summary>It was injected before: a second call of the webhook, or kubectl crik inject.</summary>
    AlreadyInjected,

    /// <summary>Neither the pod nor its namespace asks for it, or the namespace is excluded.</summary>
    NotAskedFor,
}
