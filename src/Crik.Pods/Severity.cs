namespace Crik.Pods;

/// <summary>How bad an obstacle is.</summary>
public enum Severity
{
    /// <summary>Something to know.</summary>
    Note,

    /// <summary>It can go wrong under some conditions.</summary>
    Warning,

    /// <summary>The pod does not survive its node, or the API server refuses it.</summary>
    Problem,
}
