using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Diagnostics;
using Crik.NodeStateServer.Endpoints;
using Crik.NodeStateServer.Kubernetes;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;
using Crik.NodeStateServer.Watching;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Crik.NodeStateServer;

/// <summary>Puts the parts together. Nothing is read from files and variables here but what the options say.</summary>
internal static class Server
{
    /// <param name="source">Where Nodes come from, and who knows tokens: the cluster's API server outside of tests.</param>
    /// <param name="log">Where the log's lines go.</param>
    public static WebApplication Build(ServerOptions options, Action<IServiceCollection> source, Stream log)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(options.Debug ? LogLevel.Debug : LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None); // or every request gets an Activity
        builder.Logging.Services.AddSingleton<ILoggerProvider>(new JsonLines(log, TimeProvider.System));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listener.Configure(
            kestrel,
            options,
            kestrel.ApplicationServices.GetRequiredService<ConnectionGate>(),
            kestrel.ApplicationServices.GetRequiredService<ILogger<ConnectionGate>>()));
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = 4096); // a Service's clients may all come at once
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownDelay + Shutdown.Bound);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(NodeClassifier.From(options.Signals))
            .AddSingleton<NodeStateStore>()
            .AddSingleton<WatchHealth>()
            .AddSingleton<ServerMetrics>()
            .AddSingleton<CallerCheck>()
            .AddSingleton(static services => new ConnectionGate(
                ConnectionGate.MostFor(services.GetRequiredService<ServerOptions>(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
                services.GetRequiredService<ILogger<ConnectionGate>>()))
            .AddSingleton<NodeEndpoints>()
            .AddSingleton<WatchEndpoint>()
            .AddSingleton<HealthEndpoints>()
            .AddSingleton<MetricsEndpoint>()
            .AddSingleton<Router>()
            .AddSingleton<NodeWatcher>()
            .AddHostedService(static services => services.GetRequiredService<NodeWatcher>())
            .AddHostedService<Shutdown>();
        source(builder.Services);
        WebApplication app = builder.Build();
        app.Run(app.Services.GetRequiredService<Router>().HandleAsync);
        return app;
    }

    public static void AddCluster(this IServiceCollection services, ClusterAccess access) => services
        .AddSingleton(access)
        .AddSingleton<KubernetesApi>()
        .AddSingleton(static services =>
        {
            NodeClassifier classifier = services.GetRequiredService<NodeClassifier>();
            return KubernetesJson.Reading(classifier.LabelKeys.Concat(classifier.AnnotationKeys));
        })
        .AddSingleton<INodeSource, NodeApi>()
        .AddSingleton<ITokenReviewer, TokenReviews>();
}
