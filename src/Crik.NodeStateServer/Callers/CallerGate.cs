using System.Net;
using Crik.Hosting.Callers;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Callers;

/// <summary>
/// Decides who may ask this server. By default everybody may. With --require-token, a caller needs a bearer token that the API
/// server accepts for our audience, and the right to ask.
/// </summary>
internal sealed class CallerGate(CallerCheck check, ServerOptions options)
{
    private readonly CallerAccess[] _wanted = options.AccessPath is { } path ? [new CallerAccess.ToPath(path, "get")] : [];

    /// <summary>The audience that a token must have.</summary>
    public string Audience => options.TokenAudience;

    /// <param name="address">Where the caller is.</param>
    public ValueTask<CallerVerdict> CheckAsync(string? authorization, IPAddress address, CancellationToken cancellationToken) =>
        options.RequireToken ? check.CheckAsync(authorization, address, _wanted, cancellationToken) : ValueTask.FromResult(CallerVerdict.Allowed);
}
