namespace Crik.Kubernetes.Api;

/// <summary>Which objects of a type are listed or watched.</summary>
/// <param name="Namespace">Null means all namespaces, or a type without namespaces.</param>
/// <param name="LabelSelector">As in `app=web,tier!=cache`.</param>
/// <param name="FieldSelector">As in `spec.nodeName=worker-1`.</param>
public sealed record ResourceSelection(ResourceType Type, string? Namespace = null, string? LabelSelector = null, string? FieldSelector = null)
{
    /// <summary>Makes the path and query of a list or a watch. Parameters without a value are left out.</summary>
    internal string Request(params (string Name, string? Value)[] parameters)
    {
        (string Name, string? Value)[] all = [.. parameters, ("labelSelector", LabelSelector), ("fieldSelector", FieldSelector)];
        return Type.Path(Namespace) + ApiQuery.Of(all);
    }
}
