namespace Crik.Operator.EvictionRequests;

/// <summary>What the controller of EvictionRequests wants of a responder.</summary>
internal enum ResponderState
{
    /// <summary>The responder is not among those of the pod, or its state is one that crik does not know. It keeps out of it.</summary>
    None,

    /// <summary>It is not its turn.</summary>
    Inactive,

    /// <summary>It is to evict the pod, and to say regularly how far it is.</summary>
    Active,

    /// <summary>It was silent for too long. Another one works on the pod.</summary>
    Interrupted,

    /// <summary>Nobody asks for the eviction any more.</summary>
    Canceled,

    /// <summary>It has said that it is done, or the pod has gone.</summary>
    Completed,
}
