using Crik.Hosting;
using Crik.Hosting.Callers;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Endpoints;
using Crik.NodeStateServer.Kubernetes;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Pods;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;
using Crik.NodeStateServer.Tls;
using Crik.NodeStateServer.Watching;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Crik.NodeStateServer;

/// <summary>
/// Puts the parts of the server together. Its only settings are <see cref="ServerOptions"/>: it reads no other file or
/// environment variable.
/// </summary>
internal static class Server
{
    /// <param name="source">
    /// Registers an <see cref="INodeSource"/>, an <see cref="ICallerReviewer"/> and an <see cref="IPodSource"/>. Outside
    /// of tests, all of them are the cluster's API server.
    /// </param>
    /// <exception cref="ConfigurationException">The certificate of the server cannot be used.</exception>
    /// <param name="log">The stream to which log lines are written.</param>
    public static WebApplication Build(ServerOptions options, Action<IServiceCollection> source, Stream log)
    {
        UseSeveralThreads();
        WebApplicationBuilder builder = ServerBuilder.Create(options.Debug, log);

        // If this category is enabled, ASP.NET Core allocates an Activity for each request.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listener.Configure(
            kestrel,
            options,
            kestrel.ApplicationServices.GetRequiredService<ConnectionGate>(),
            () => Gate(kestrel.ApplicationServices, ConnectionLimits.Of(Listener.MostProbes, Listener.MostProbesOfAddress)),
            kestrel.ApplicationServices.GetRequiredService<ServingCertificate>()));
        builder.Services.Configure<SocketTransportOptions>(Listener.Configure);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownDelay + Shutdown.Bound);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(NodeClassifier.From(options.Signals))
            .AddSingleton<NodeStateStore>()
            .AddSingleton<WatchHealth>()
            .AddSingleton<Attempts>()
            .AddSingleton<ServerMetrics>()
            .AddSingleton(services => Callers(services, options))
            .AddSingleton<CallerGate>()
            .AddSingleton<ServingCertificate>()
            .AddSingleton<PodDisruptions>()
            .AddSingleton(ConnectionLimits.For(options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes))
            .AddSingleton(DeliveryLimits.Default)
            .AddSingleton(static services => Gate(services, services.GetRequiredService<ConnectionLimits>()))
            .AddSingleton(static services => LargeAnswers.For(
                services.GetRequiredService<ServerOptions>(), services.GetRequiredService<ConnectionLimits>().Most))
            .AddSingleton<Limits>()
            .AddSingleton<Deliveries>()
            .AddSingleton<NodeSnapshots>()
            .AddSingleton<NodeEndpoints>()
            .AddSingleton<ListEndpoint>()
            .AddSingleton<WatchEndpoint>()
            .AddSingleton<HealthEndpoints>()
            .AddSingleton<MetricsEndpoint>()
            .AddSingleton<EndpointSet>()
            .AddSingleton<Router>()
            .AddSingleton<NodeWatcher>()
            .AddHostedService(static services => services.GetRequiredService<NodeWatcher>())
            .AddHostedService<Shutdown>();
        source(builder.Services);
        WebApplication app = builder.Build();
        app.Services.GetRequiredService<ServingCertificate>().Load();
        app.Run(app.Services.GetRequiredService<Router>().HandleAsync);
        return app;
    }

    /// <summary>
    /// The thread pool begins with a thread for each core and adds more slowly. With one core, every answer would wait for one
    /// that takes long, such as the metrics of 15,000 Nodes. With more threads, the kernel shares the core among them.
    /// </summary>
    private static void UseSeveralThreads()
    {
        const int Least = 4;
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Least), completions);
    }

    private static CallerCheck Callers(IServiceProvider services, ServerOptions options)
    {
        ILogger<CallerCheck> log = services.GetRequiredService<ILogger<CallerCheck>>();
        return new CallerCheck(
            services.GetRequiredService<ICallerReviewer>(), options.TokenAudience, CallerMemory.ForReading, services.GetRequiredService<TimeProvider>(), log.TokenNotChecked);
    }

    private static ConnectionGate Gate(IServiceProvider services, ConnectionLimits limits) =>
        new(limits, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ConnectionGate>>());

    public static void AddCluster(this IServiceCollection services, ClusterAccess access) => services
        .AddSingleton(services => new KubernetesApi(access, $"crik-node-state-server/{ProductVersion.Current}") { Observer = services.GetRequiredService<ServerMetrics>().Api })
        .AddSingleton(static services =>
        {
            NodeClassifier classifier = services.GetRequiredService<NodeClassifier>();
            return KubernetesJson.Reading(classifier.LabelKeys.Concat(classifier.AnnotationKeys));
        })
        .AddSingleton<INodeSource, NodeApi>()
        .AddSingleton<ICallerReviewer>(static services =>
            new CallerReviews(services.GetRequiredService<KubernetesApi>(), services.GetRequiredService<ServerOptions>().TokenAudience))
        .AddSingleton<IPodSource, PodApi>();
}
