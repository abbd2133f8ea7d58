using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn;

/// <summary>
/// Answers lists of Nodes in pages (`?limit=&amp;continue=`). All pages show the state at the time of the first page,
/// and are refused with 410 if that state was compacted.
/// </summary>
internal static class NodePages
{
    public static async Task AnswerAsync(HttpContext context, StandInCluster cluster)
    {
        int limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given > 0 ? given : int.MaxValue;
        (long version, StandInNode[] nodes) = cluster.Snapshot();
        string after = "";
        if ((string?)context.Request.Query["continue"] is { Length: > 0 } token)
        {
            string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split(' ');
            version = long.Parse(parts[0], CultureInfo.InvariantCulture);
            after = parts[1];
            nodes = cluster.SnapshotOf(version) ?? [];
            if (nodes.Length == 0)
            {
                await StandInApiServer.RefuseAsync(context, 410, "Expired",
                    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");
                return;
            }
        }

        StandInNode[] rest = [.. nodes.SkipWhile(node => string.CompareOrdinal(node.Name, after) <= 0)];
        StandInNode[] page = rest.Length > limit ? rest[..limit] : rest;
        string next = rest.Length > limit
            ? $",\"continue\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{version} {page[^1].Name}"))}\",\"remainingItemCount\":{rest.Length - limit}"
            : "";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($"{{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{{\"resourceVersion\":\"{version}\"{next}}},\"items\":[", context.RequestAborted);
        for (int i = 0; i < page.Length; i++)
        {
            await context.Response.Body.WriteAsync(i == 0 ? ReadOnlyMemory<byte>.Empty : ","u8.ToArray(), context.RequestAborted);
            await context.Response.Body.WriteAsync(page[i].Json, context.RequestAborted);
        }

        await context.Response.WriteAsync("]}\n", context.RequestAborted);
    }
}
