namespace Crik.Kubernetes.Resources;

/// <summary>Which objects are listed.</summary>
public sealed record ListQuery
{
    /// <summary>Null means all namespaces, or a type without namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>As in `app=web,tier!=cache`.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>As in `spec.nodeName=worker-1`.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>How many objects a page has at most.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>The token of the page before. Null means the first page.</summary>
    public string? Continue { get; init; }
}
