namespace Crik.Kubectl.Cluster;

/// <summary>What somebody names on the command line: `web-0`, `pod/web-0`, `deployment/web`.</summary>
internal sealed record Target(ObjectKind Kind, string Name)
{
    public static Target Parse(string text)
    {
        if (text.Split('/') is not { Length: 1 or 2 } parts || parts.Any(static part => part.Length == 0))
        {
            throw new KubectlException($"'{text}' is no name of a pod; write POD, pod/POD or deployment/NAME");
        }

        // kubectl also accepts deployment.apps/web and deployment.v1.apps/web.
        ObjectKind? kind = parts.Length == 1 ? ObjectKind.Pod : ObjectKind.All.FirstOrDefault(known => known.Names.Contains(parts[0].Split('.')[0].ToLowerInvariant()));
        return kind is null
            ? throw new KubectlException($"'{parts[0]}' has no pods; write one of {string.Join(", ", ObjectKind.All.Select(static known => known.Names[0]))}")
            : new Target(kind, parts[^1]);
    }

    public override string ToString() => $"{Kind.Names[0]}/{Name}";
}
