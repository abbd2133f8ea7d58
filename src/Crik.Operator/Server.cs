using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Operator.Admission;
using Crik.Operator.Certificates;
using Crik.Operator.Configuration;
using Crik.Operator.EvictionRequests;
using Crik.Operator.Leading;
using Crik.Operator.Migrations;
using Crik.Operator.Migrations.Admitting;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Nodes;
using Crik.Operator.Policies;
using Crik.Operator.Policies.Work;
using Crik.Operator.Serving;
using Crik.Operator.Upkeep;
using Crik.Registry;

namespace Crik.Operator;

/// <summary>Puts the parts of the operator together.</summary>
internal static class Server
{
    /// <param name="log">The stream to which log lines are written.</param>
    /// <exception cref="ConfigurationException">The file with the authorities of registries cannot be used.</exception>
    public static WebApplication Build(OperatorOptions options, ClusterAccess access, Stream log)
    {
        WebApplicationBuilder builder = ServerBuilder.Create(options.Debug, log);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            Listeners.Configure(kestrel, options, kestrel.ApplicationServices.GetRequiredService<ServedCertificate>()));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownDelay + Stopping.Bound);
        AddParts(builder.Services, options, access, Registries(options));
        if (options.MovesPods)
        {
            AddMigrations(builder.Services);
        }

        if (options.AnswersEvictions)
        {
            AddEvictions(builder.Services);
        }

        if (options.Policies.IsOn)
        {
            builder.Services.AddPolicies(options, access);
        }

        WebApplication app = builder.Build();
        app.Run(app.Services.GetRequiredService<Router>().HandleAsync);
        return app;
    }

    private static void AddParts(IServiceCollection services, OperatorOptions options, ClusterAccess access, RegistryClient registries) => services
        .AddSingleton(options)
        .AddSingleton(TimeProvider.System)
        .AddSingleton<ApiRequests>()
        .AddSingleton(services => new KubernetesApi(access, $"crik-operator/{ProductVersion.Current}") { Observer = services.GetRequiredService<ApiRequests>() })
        .AddSingleton(services => new AdmissionOptions(options.Injection, options.Namespace)
        {
            ExcludedNamespaces = options.ExcludedNamespaces,
            Mode = () => services.GetRequiredService<BundleModes>().Current,
            RegistersResponder = options.AnswersEvictions ? () => services.GetRequiredService<EvictionApi>().IsServed : null,
        })
        .AddSingleton<IClusterFacts, ClusterFacts>()
        .AddSingleton<IImageConfigurations>(new RegistryImages(registries))
        .AddSingleton<AdmissionHandler>()
        .AddSingleton<AdmissionMetrics>()
        .AddSingleton<UpkeepMetrics>()
        .AddSingleton<MigrationMetrics>()
        .AddSingleton<PolicyMetrics>()
        .AddSingleton<LeaderMetrics>()
        .AddSingleton<OperatorMetrics>()
        .AddSingleton<InjectEndpoint>()
        .AddSingleton<Router>()
        .AddSingleton<KeyKeeper>()
        .AddSingleton<PodUpkeep>()
        .AddSingleton<HeldPods>()
        .AddSingleton<Stopping>()
        .AddSingleton<ServedCertificate>()
        .AddSingleton<BundleModes>()
        .AddSingleton<Leader>()
        .AddHostedService(static services => services.GetRequiredService<Stopping>())
        .AddHostedService(static services => services.GetRequiredService<ServedCertificate>())
        .AddHostedService(static services => services.GetRequiredService<BundleModes>())
        .AddHostedService(static services => services.GetRequiredService<Leader>());

    private static void AddMigrations(IServiceCollection services) => services
        .AddSingleton<IMigrationObjects, MigrationObjects>()
        .AddSingleton<IMigrationPods, MigrationPods>()
        .AddSingleton<IMigrationCheckpoints, MigrationCheckpoints>()
        .AddSingleton<IPlaces, ClusterPlaces>()
        .AddSingleton<IMigrationNotices, MigrationNotices>()
        .AddSingleton<ICriks>(static services => new CriksInPods(
            new PodExec(services.GetRequiredService<KubernetesApi>()), services.GetRequiredService<TimeProvider>()))
        .AddSingleton(static services => new MigrationWorld
        {
            Objects = services.GetRequiredService<IMigrationObjects>(),
            Pods = services.GetRequiredService<IMigrationPods>(),
            Checkpoints = services.GetRequiredService<IMigrationCheckpoints>(),
            Criks = services.GetRequiredService<ICriks>(),
            Places = services.GetRequiredService<IPlaces>(),
            Notices = services.GetRequiredService<IMigrationNotices>(),
        })
        .AddSingleton<MigrationWork>()
        .AddSingleton<MigrationQueue>()
        .AddSingleton<ReplacementAdmission>();

    private static void AddEvictions(IServiceCollection services) => services
        .AddSingleton<EvictionApi>()
        .AddSingleton<EvictionWork>()
        .AddSingleton<EvictionQueue>()
        .AddHostedService(static services => services.GetRequiredService<EvictionApi>());

    private static RegistryClient Registries(OperatorOptions options)
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
