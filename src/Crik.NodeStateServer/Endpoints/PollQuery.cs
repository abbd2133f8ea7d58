using System.Globalization;
using Crik.NodeStateServer.Configuration;
using Microsoft.AspNetCore.WebUtilities;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// The query of a long-poll, `?wait=30s&amp;version=N`. It is parsed without an IQueryCollection, because thousands of
/// waiting requests would each keep one in memory.
/// </summary>
internal readonly record struct PollQuery(TimeSpan Wait, long? Version, string? Problem)
{
    public static PollQuery Read(QueryString query)
    {
        TimeSpan wait = TimeSpan.Zero;
        long? version = null;
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query.Value))
        {
            ReadOnlySpan<char> value = pair.DecodeValue().Span;
            switch (pair.DecodeName().Span)
            {
                case "wait" when !Duration.TryParse(value, out wait):
                    return new PollQuery(wait, version, $"wait: {Duration.Form}");
                case "version" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number):
                    version = number;
                    break;
                case "version":
                    return new PollQuery(wait, version, "version: must be the version of an earlier answer, a number that is not negative");
                default:
                    break;
            }
        }

        return new PollQuery(wait, version, null);
    }
}
