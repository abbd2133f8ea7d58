using System.Globalization;
using Crik.Hosting;
using Crik.NodeStateServer.Pods;
using Crik.NodeStateServer.State;
using Microsoft.AspNetCore.WebUtilities;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// The query of a long-poll, `?wait=30s&amp;version=N`, or of a question about a pod of the node,
/// `?pod=NAMESPACE/NAME&amp;uid=UID`. It is parsed without an IQueryCollection, because thousands of waiting requests
/// would each keep one in memory.
/// </summary>
internal readonly record struct PollQuery(TimeSpan Wait, long? Version, PodName? Pod, string Uid, string? Problem)
{
    private const int LongestUid = 64;

    /// <summary>
    /// The resource version of the Node that another answer had. Null if there is none, or none that can be compared.
    /// </summary>
    public ulong? NotOlderThan { get; private init; }

    public static PollQuery Read(QueryString query)
    {
        TimeSpan wait = TimeSpan.Zero;
        long? version = null;
        ulong? notOlderThan = null;
        string pod = "", uid = "";
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query.Value))
        {
            ReadOnlySpan<char> value = pair.DecodeValue().Span;
            switch (pair.DecodeName().Span)
            {
                case "wait" when !Duration.TryParse(value, out wait):
                    return Refused($"wait: {Duration.Form}");
                case "version" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number):
                    version = number;
                    break;
                case "version":
                    return Refused("version: must be the version of an earlier answer, a number that is not negative");
                case "notOlderThan":
                    notOlderThan = ResourceVersion.Parse(value);
                    break;
                case "pod":
                    pod = value.ToString();
                    break;
                case "uid":
                    uid = value.ToString();
                    break;
                default:
                    break;
            }
        }

        return new PollQuery(wait, version, PodOf(pod, uid), uid, null) { NotOlderThan = notOlderThan };
    }

    private static PollQuery Refused(string problem) => new(TimeSpan.Zero, null, null, "", problem);

    /// <summary>
    /// Finds the pod. A name that no pod can have is not refused: crik may take the host name for it, and the answer
    /// about the node matters more.
    /// </summary>
    private static PodName? PodOf(string pod, string uid) =>
        pod.Split('/') is [var place, var name] && NodeName.IsValid(place) && NodeName.IsValid(name) && uid.Length is > 0 and <= LongestUid
            ? new PodName(place, name)
            : null;
}
