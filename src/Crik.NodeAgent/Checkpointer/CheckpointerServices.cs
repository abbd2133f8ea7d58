using Crik.Hosting.Callers;
using Crik.Kubernetes.Api;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>Registers the parts of the Checkpointer's interface. A <see cref="CheckpointerRouter"/> then answers what arrives on its port.</summary>
internal static class CheckpointerServices
{
    public static IServiceCollection AddCheckpointer(this IServiceCollection services, CheckpointerOptions options) => services
        .AddSingleton(options)
        .AddSingleton(services => new CallerCheck(
            new CallerReviews(services.GetRequiredService<KubernetesApi>(), options.Audience),
            options.Audience,
            CallerMemory.ForChanges,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<CallerCheck>>().TokenNotChecked))
        .AddSingleton<CheckpointerCallers>()
        .AddSingleton<CheckpointOrders>()
        .AddSingleton<CheckpointWait>()
        .AddSingleton<WaitingRequests>()
        .AddSingleton<OrderEndpoint>()
        .AddSingleton<ResultEndpoint>()
        .AddSingleton<CheckpointerRouter>();
}
