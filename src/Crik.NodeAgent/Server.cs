using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Checkpointer;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Images;
using Crik.NodeAgent.Leading;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Serving;
using Crik.NodeAgent.Work;
using Crik.Registry;

namespace Crik.NodeAgent;

/// <summary>Puts the parts of the node agent together.</summary>
internal static class Server
{
    /// <param name="log">The stream to which log lines are written.</param>
    /// <exception cref="ConfigurationException">A file or the directory for checkpoints cannot be used.</exception>
    public static WebApplication Build(AgentOptions options, ClusterAccess access, Stream log)
    {
        WebApplicationBuilder builder = ServerBuilder.Create(options.Debug, log);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options));
        AddCluster(builder.Services, options, access);
        AddNode(builder.Services, options, access);
        AddWork(builder.Services, options);
        WebApplication app = builder.Build();
        app.Run(app.Services.GetRequiredService<Router>().HandleAsync);
        return app;
    }

    private static void AddCluster(IServiceCollection services, AgentOptions options, ClusterAccess access) => services
        .AddSingleton(options)
        .AddSingleton(options.Settings)
        .AddSingleton(options.Retention)
        .AddSingleton(TimeProvider.System)
        .AddSingleton<ApiRequests>()
        .AddSingleton(services => new KubernetesApi(access, Agent()) { Observer = services.GetRequiredService<ApiRequests>() })
        .AddSingleton<PodExec>()
        .AddSingleton<CheckpointObjects>()
        .AddSingleton<ICheckpointObjects>(static services => services.GetRequiredService<CheckpointObjects>())
        .AddSingleton<IPods, ClusterPods>()
        .AddSingleton<INotices, Notices>()
        .AddSingleton<ICrik, CrikInPod>()
        .AddSingleton(services => new ThisNode(services.GetRequiredService<KubernetesApi>(), options.Settings.Node));

    private static void AddNode(IServiceCollection services, AgentOptions options, ClusterAccess access)
    {
        ArchiveDirectory archives = new(options.CheckpointDirectory, options.MinFree / 100.0);
        try
        {
            archives.Prepare();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"--checkpoint-directory: {options.CheckpointDirectory} cannot be used: {exception.Message}. The agent needs the kubelet's directory as a volume of the host.", exception);
        }

        RegistryClient registries = Registries(options);
        services
            .AddSingleton<ICheckpointArchives>(archives)
            .AddSingleton<IKubelet>(_ => new KubeletClient(new KubernetesApi(KubeletAccess(options, access), Agent()) { Peer = "the kubelet" }, options.CheckpointDirectory))
            .AddSingleton<ICheckpointImages>(services => new CheckpointImages(
                registries,
                () => Credentials(options.RegistryCredentials),
                services.GetRequiredService<KubernetesApi>(),
                services.GetRequiredService<ThisNode>(),
                options.Compression));
    }

    private static void AddWork(IServiceCollection services, AgentOptions options) => services
        .AddSingleton(static services => new World
        {
            Objects = services.GetRequiredService<ICheckpointObjects>(),
            Pods = services.GetRequiredService<IPods>(),
            Archives = services.GetRequiredService<ICheckpointArchives>(),
            Kubelet = services.GetRequiredService<IKubelet>(),
            Crik = services.GetRequiredService<ICrik>(),
            Images = services.GetRequiredService<ICheckpointImages>(),
            Notices = services.GetRequiredService<INotices>(),
        })
        .AddSingleton<KnownCheckpoints>()
        .AddSingleton<CheckpointMetrics>()
        .AddSingleton<CheckpointWork>()
        .AddSingleton<CheckpointQueues>()
        .AddSingleton<StatusWriter>()
        .AddSingleton<ImageSteps>()
        .AddSingleton<UpkeepParts>()
        .AddSingleton<Upkeep>()
        .AddSingleton<Leader>()
        .AddSingleton<AgentMetrics>()
        .AddCheckpointer(new CheckpointerOptions())
        .AddSingleton<Router>()
        .AddHostedService(static services => services.GetRequiredService<CheckpointQueues>())
        .AddHostedService(static services => services.GetRequiredService<Leader>());

    private static string Agent() => $"crik-node-agent/{ProductVersion.Current}";

    private static ClusterAccess KubeletAccess(AgentOptions options, ClusterAccess access)
    {
        string host = options.KubeletAddress.Contains(':', StringComparison.Ordinal) ? $"[{options.KubeletAddress}]" : options.KubeletAddress;
        return new ClusterAccess
        {
            Server = new Uri($"https://{host}:{options.KubeletPort}"),
            Authorities = options.KubeletCaFile is { } file ? ConfiguredText.FromFile(file, TimeProvider.System) : access.Authorities,
            Credentials = access.Credentials,
        };
    }

    /// <summary>The file is read every time, because a Secret that is mounted may have been replaced.</summary>
    private static RegistryCredentials Credentials(string? file)
    {
        RegistryCredentials credentials = new();
        try
        {
            if (file is not null)
            {
                credentials.AddDockerConfigJson(File.ReadAllBytes(file));
            }
        }
        catch (FormatException exception)
        {
            throw new IOException($"--registry-credentials: {file} {exception.Message}", exception);
        }

        return credentials;
    }

    private static RegistryClient Registries(AgentOptions options)
    {
        try
        {
            return new RegistryClient(new RegistryOptions
            {
                Authorities = options.RegistryCaFile is { } file ? File.ReadAllText(file) : null,
                LocalRegistries = options.LocalRegistries,
                PlainHttpRegistries = options.PlainHttpRegistries,
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ConfigurationException($"--registry-ca-file: {options.RegistryCaFile} cannot be used: {exception.Message}", exception);
        }
    }
}
