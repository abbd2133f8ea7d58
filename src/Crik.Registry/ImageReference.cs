using System.Text.RegularExpressions;

namespace Crik.Registry;

/// <summary>
/// The name of an image, taken apart as containerd and Docker do it (github.com/distribution/reference): `nginx` is
/// `docker.io/library/nginx:latest`.
/// </summary>
/// <param name="Registry">The host, with a port where one is written: `registry.example:5000`.</param>
/// <param name="Repository">The path, such as `library/nginx`.</param>
/// <param name="Tag">`latest` if neither a tag nor a digest is written. Null if only a digest is written.</param>
/// <param name="Digest">Such as `sha256:…`. It wins over a tag.</param>
public sealed partial record ImageReference(string Registry, string Repository, string? Tag, string? Digest)
{
    private const string DockerHub = "docker.io";

    /// <summary>The longest path of a repository (NameTotalLengthMax).</summary>
    private const int LongestRepository = 255;

    /// <summary>The tag or digest by which the registry is asked.</summary>
    public string Version => Digest ?? Tag!;

    /// <exception cref="RegistryException">The text is no name of an image.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out ImageReference? image) ? image
            : throw new RegistryException(RegistryFailure.BadName, $"'{Shown(text)}' is no name of an image. Write it like registry.example/team/app:1.");

    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ImageReference? image)
    {
        image = null;
        if (text is null || text.Length > 1024 || Whole().Match(text) is not { Success: true } match)
        {
            return false;
        }

        (string registry, string repository) = Split(match.Groups["name"].Value);
        string? digest = match.Groups["digest"] is { Success: true } written ? written.Value : null;
        string? tag = match.Groups["tag"] is { Success: true } named ? named.Value : digest is null ? "latest" : null;
        if (repository.Length > LongestRepository || !RegistryName().IsMatch(registry) || !Uri.TryCreate($"https://{registry}/", UriKind.Absolute, out _) || !RepositoryName().IsMatch(repository) || !IsDigest(digest))
        {
            return false;
        }

        image = new ImageReference(registry, repository, tag, digest);
        return true;
    }

    public override string ToString() =>
        $"{Registry}/{Repository}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    /// <summary>The part before the first slash is a host only if it looks like one (splitDockerDomain).</summary>
    private static (string Registry, string Repository) Split(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool isHost = first is "localhost" || first.AsSpan().IndexOfAny('.', ':') >= 0 || first.Any(char.IsAsciiLetterUpper);
        (string registry, string repository) = isHost ? (first, name[(slash + 1)..]) : (DockerHub, name);
        if (registry is "index.docker.io")
        {
            registry = DockerHub;
        }

        return registry is DockerHub && !repository.Contains('/', StringComparison.Ordinal) ? (registry, $"library/{repository}") : (registry, repository);
    }

    private static bool IsDigest(string? digest) => digest is null || ContentDigest.TryParse(digest, out _);

    /// <summary>Whether the text is a tag or a digest.</summary>
    internal static bool IsVersion(string text) => ContentDigest.TryParse(text, out _) || TagName().IsMatch(text);

    internal static string Shown(string text) => text.Length > 200 ? text[..200] + "…" : text;

    [GeneratedRegex(@"\A(?<name>[^@\s]+?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[^@\s]+))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagName();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?\z")]
    private static partial Regex RegistryName();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryName();
}
