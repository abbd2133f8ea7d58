using System.Net;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Operator.EvictionRequests;

/// <summary>
/// Knows whether the API server has Evictions and lets the operator read them. It asks again every minute: an upgrade of the API
/// server can bring them, and a switch there can take them away.
/// </summary>
internal sealed class EvictionApi(KubernetesApi api, TimeProvider clock, ILogger<EvictionApi> log) : BackgroundService
{
    private static readonly TimeSpan s_askEvery = TimeSpan.FromMinutes(1);

    private readonly ResourceClient<JsonObject> _evictions = ResourceClient.OfJson(api, EvictionNames.Type);
    private volatile bool _isServed;
    private TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _wasTold;

    /// <summary>False as long as nobody has answered.</summary>
    public bool IsServed => _isServed;

    public Task UntilServedAsync(CancellationToken cancellationToken) => _served.Task.WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await AskAsync(stoppingToken);
            await Task.Delay(s_askEvery, clock, stoppingToken);
        }
    }

    /// <summary>Nothing changes if the API server does not answer.</summary>
    internal async Task AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _evictions.ListPageAsync(new ListQuery { PageSize = 1 }, cancellationToken);
            Set(true);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.Status is HttpStatusCode.Forbidden)
        {
            if (!_wasTold)
            {
                log.NoEvictions(refusal.Message);
            }

            _wasTold = true;
            Set(false);
        }
        catch (KubernetesException)
        {
            // The next look may show it.
        }
    }

    private void Set(bool isServed)
    {
        if (isServed)
        {
            _served.TrySetResult();
        }
        else if (_served.Task.IsCompleted)
        {
            _served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _isServed = isServed;
    }
}
