using System.Net;
using Crik.Contracts.PodCheckpoints;
using Crik.Hosting.Callers;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>
/// Decides who may ask the Checkpointer. The agent does for a caller only what the caller could do with kubectl, so it asks the
/// API server for the rights of the caller in the namespace.
/// </summary>
internal sealed class CheckpointerCallers(CallerCheck check, CheckpointerOptions options)
{
    /// <returns>The refusal, or null when the caller may create checkpoints in this namespace.</returns>
    public Task<CheckpointerAnswer?> MayCreateAsync(HttpContext context, string space) => MayAsync(context, Checkpoints(space, "create"));

    /// <returns>The refusal, or null when the caller may delete pods in this namespace.</returns>
    public Task<CheckpointerAnswer?> MayDeletePodsAsync(HttpContext context, string space) =>
        MayAsync(context, new CallerAccess.ToObjects(space, "delete", "", "pods"));

    /// <returns>The refusal, or null when the caller may look at checkpoints in this namespace.</returns>
    public Task<CheckpointerAnswer?> MayReadAsync(HttpContext context, string space) => MayAsync(context, Checkpoints(space, "get"));

    /// <returns>The refusal, or null when the token is good.</returns>
    public Task<CheckpointerAnswer?> IsKnownAsync(HttpContext context) => MayAsync(context);

    private static CallerAccess.ToObjects Checkpoints(string space, string verb) => new(space, verb, PodCheckpointDocument.Group, PodCheckpointDocument.Plural);

    private async Task<CheckpointerAnswer?> MayAsync(HttpContext context, params CallerAccess.ToObjects[] wanted)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return await check.CheckAsync(context.Request.Headers.Authorization, address, wanted, context.RequestAborted) switch
        {
            CallerVerdict.Allowed => null,
            CallerVerdict.Forbidden => CheckpointerAnswer.Text(StatusCodes.Status403Forbidden, $"the owner of this token may not {Sentence(wanted)}"),
            CallerVerdict.CannotTell => CheckpointerAnswer.Later("the token could not be checked, because the API server does not answer; try again later"),
            CallerVerdict.Busy => CheckpointerAnswer.Later("the token could not be checked, because too many unknown tokens wait for that; try again later"),
            _ => CheckpointerAnswer.Text(
                StatusCodes.Status401Unauthorized, $"a bearer token is needed that the API server of the cluster accepts for the audience {options.Audience}"),
        };
    }

    private static string Sentence(CallerAccess.ToObjects[] wanted) => string.Join(" and ", wanted.Select(static access =>
        $"{access.Verb} {access.Resource}{(access.Group.Length > 0 ? "." : "")}{access.Group} in the namespace {access.Namespace}"));
}
