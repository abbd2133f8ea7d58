using System.Collections.Concurrent;

namespace Crik.StandIn.Resources;

/// <summary>Counts the requests by verb and type, as `list pods` or `list pods (all namespaces)`, and the bytes of their answers.</summary>
public sealed class RequestCounts
{
    private readonly ConcurrentDictionary<string, (long Requests, long Bytes)> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, (long Requests, long Bytes)> All => new Dictionary<string, (long, long)>(_counts, StringComparer.Ordinal);

    public void Add(string what, long bytes) => _counts.AddOrUpdate(what, (1, bytes), (_, sum) => (sum.Requests + 1, sum.Bytes + bytes));

    /// <summary>What has come since an earlier moment, the most frequent first.</summary>
    public IReadOnlyList<(string What, long Requests, long Bytes)> Since(IReadOnlyDictionary<string, (long Requests, long Bytes)> before) =>
    [
        .. from pair in _counts
           let old = before.GetValueOrDefault(pair.Key)
           where pair.Value.Requests > old.Requests
           orderby pair.Value.Requests - old.Requests descending
           select (pair.Key, pair.Value.Requests - old.Requests, pair.Value.Bytes - old.Bytes),
    ];
}
