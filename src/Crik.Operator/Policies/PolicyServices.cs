using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Operator.Configuration;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Cluster;
using Crik.Operator.Policies.Work;

namespace Crik.Operator.Policies;

/// <summary>Puts the parts together that work on MigrationPolicies.</summary>
internal static class PolicyServices
{
    public static void AddPolicies(this IServiceCollection services, OperatorOptions options, ClusterAccess access) => services
        .AddSingleton(services => new Kubelets(new KubeletTokens(services.GetRequiredService<KubernetesApi>(), options, services.GetRequiredService<TimeProvider>()), options.Policies, access))
        .AddSingleton<ILoads, ClusterLoads>()
        .AddSingleton<IPolicyObjects, PolicyObjects>()
        .AddSingleton<IPolicyNotices, PolicyNotices>()
        .AddSingleton(static services => new PolicyWorld
        {
            Objects = services.GetRequiredService<IPolicyObjects>(),
            Loads = services.GetRequiredService<ILoads>(),
            Notices = services.GetRequiredService<IPolicyNotices>(),
            Moving = services.GetRequiredService<MigrationWorld>() with
            {
                // The moves have one of their own: each remembers, without a lock, which pods are silent.
                Criks = new CriksInPods(new PodExec(services.GetRequiredService<KubernetesApi>()), services.GetRequiredService<TimeProvider>()),
            },
        })
        .AddSingleton<PolicyWork>()
        .AddSingleton<PolicyQueue>();
}
