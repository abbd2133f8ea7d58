namespace Crik.Hosting.Callers;

/// <summary>One right that a caller must have, as a SubjectAccessReview asks for it.</summary>
public abstract record CallerAccess
{
    private CallerAccess()
    {
    }

    /// <summary>The right to a path that belongs to no object.</summary>
    public sealed record ToPath(string Path, string Verb) : CallerAccess;

    /// <summary>The right to the objects of one type in a namespace.</summary>
    public sealed record ToObjects(string Namespace, string Verb, string Group, string Resource) : CallerAccess;
}
