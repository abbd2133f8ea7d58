using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>
/// Looks all the time whether more pods of a PodDisruptionBudget are away than it allows. A pod counts as the budget counts it: it is
/// ready, and nobody has deleted it.
/// </summary>
internal sealed class BudgetWatch : IDisposable
{
    private readonly TestNamespace _place;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;
    private readonly List<string> _violations = [];
    private int _looks;

    public BudgetWatch(TestNamespace place)
    {
        _place = place;
        JsonNode[] budgets = [.. place.Api.Items(place.PathOf("apis/policy/v1", "poddisruptionbudgets"))];
        Dictionary<string, int> wanted = budgets.ToDictionary(
            static budget => (string)budget["spec"]!["selector"]!["matchLabels"]!["app"]!,
            budget => Ready((string)budget["spec"]!["selector"]!["matchLabels"]!["app"]!) - (int)budget["spec"]!["maxUnavailable"]!);
        _work = Task.Run(() => Watch(wanted));
    }

    /// <summary>Asserts that no budget was violated until now.</summary>
    public void End()
    {
        _end.Cancel();
        _work.Wait();
        Assert.True(_looks > 10, "it has looked");
        Assert.Empty(_violations);
    }

    public void Dispose()
    {
        _end.Cancel();
        _work.Wait();
        _end.Dispose();
    }

    private void Watch(Dictionary<string, int> wanted)
    {
        while (!_end.IsCancellationRequested)
        {
            foreach ((string app, int least) in wanted)
            {
                if (Ready(app) is var ready && ready < least)
                {
                    _violations.Add($"{DateTimeOffset.UtcNow:HH:mm:ss.fff}: {ready} pods of {app} are ready, and the budget wants {least}");
                }
            }

            _looks++;
            Thread.Sleep(50);
        }
    }

    private int Ready(string app) => _place.Api.Items(_place.PathOf("api/v1", $"pods?labelSelector=app%3D{app}")).Count(static pod =>
        pod["metadata"]!["deletionTimestamp"] is null
        && pod["status"]!["conditions"]?.AsArray().Any(static one => (string)one!["type"]! == "Ready" && (string)one["status"]! == "True") is true);
}
