namespace Crik.Registry;

/// <summary>
/// What a token is asked for: `repository:team/app:pull,push` (distribution, spec/auth/scope.md). One token for all that a
/// session does spares a token for each kind of request.
/// </summary>
internal static class TokenScope
{
    /// <param name="actions">What the session does. What the registry demands for the request at hand is added to it.</param>
    public static string Of(Challenge challenge, string repository, IReadOnlyList<string> actions)
    {
        string own = $"repository:{repository}:";
        return challenge.Parameters.GetValueOrDefault("scope") is not { } demanded ? own + string.Join(',', actions)
            : demanded.StartsWith(own, StringComparison.Ordinal) && !demanded.Contains(' ', StringComparison.Ordinal)
                ? own + string.Join(',', actions.Concat(demanded[own.Length..].Split(',')).Distinct())
                : demanded;
    }
}
