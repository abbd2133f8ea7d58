namespace Crik.Pods.Restoring;

/// <summary>What happens if a checkpoint cannot be restored.</summary>
public enum RestoreFallback
{
    /// <summary>No pod is made.</summary>
    Fail,

    /// <summary>The newest older checkpoint of the same pod that can be restored is taken.</summary>
    Previous,

    /// <summary>The program starts afresh, from its own image.</summary>
    Fresh,
}
