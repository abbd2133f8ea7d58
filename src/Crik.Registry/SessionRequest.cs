using System.Net.Http.Headers;

namespace Crik.Registry;

/// <summary>A request that can be sent again: after a challenge, to where a redirect leads, with another credential.</summary>
internal sealed record SessionRequest(HttpMethod Method, Uri Target)
{
    /// <summary>The media types that may be answered. Empty: all.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>Makes the body anew for each time it is sent. Null: no body.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>Sends the body only when the server has agreed to read it, or has not answered for a second.</summary>
    public bool AsksBeforeBody { get; init; }

    public bool IsReading => Method == HttpMethod.Get || Method == HttpMethod.Head;

    public HttpRequestMessage Message(Uri target, AuthenticationHeaderValue? authorization)
    {
        HttpRequestMessage message = new(Method, target) { Content = Body?.Invoke(), Headers = { Authorization = authorization } };
        message.Headers.UserAgent.ParseAdd("crik");
        if (AsksBeforeBody)
        {
            message.Headers.ExpectContinue = true;
        }

        foreach (string type in Accepted)
        {
            message.Headers.Accept.ParseAdd(type);
        }

        return message;
    }
}
