namespace Crik.Kubernetes.Events;

/// <summary>The object that an Event is about.</summary>
/// <param name="ApiVersion">Such as `v1` or `apps/v1`.</param>
/// <param name="Namespace">Null for an object without a namespace, such as a Node.</param>
/// <param name="Uid">Without it, `kubectl describe` does not show the Event.</param>
public sealed record ObjectReference(string ApiVersion, string Kind, string? Namespace, string Name, string Uid);
