using Crik.Hosting.Callers;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Answers callers that may not ask, or of whom that is not known.</summary>
internal static class CallerAnswers
{
    /// <returns>The refusal, or null when the caller may ask.</returns>
    public static Task? Refusal(HttpContext context, CallerVerdict verdict, string audience)
    {
        switch (verdict)
        {
            case CallerVerdict.Allowed:
                return null;
            case CallerVerdict.Forbidden:
                return Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "the owner of this token may not ask; bind it to the ClusterRole for callers");
            case CallerVerdict.CannotTell:
                return Answers.LaterAsync(context, "the token could not be checked, because the API server does not answer; try again later");
            case CallerVerdict.Busy:
                return Answers.LaterAsync(context, "the token could not be checked, because too many unknown tokens wait for that; try again later");
            default:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return Answers.RefuseAsync(
                    context, StatusCodes.Status401Unauthorized, $"this server needs a bearer token that the API server of the cluster accepts for the audience {audience}");
        }
    }
}
