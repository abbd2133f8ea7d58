using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Engines;

/// <summary>The crik that runs in a container.</summary>
internal interface ICrik
{
    /// <summary>Whether crik runs the program of the container.</summary>
    /// <exception cref="Kubernetes.Api.KubernetesException">The API server did not answer, is busy or broken. This says nothing about crik.</exception>
    Task<bool> AnswersAsync(ContainerName container, CancellationToken cancellationToken);

    /// <summary>Lets crik make a checkpoint.</summary>
    /// <param name="runsOn">Whether the program runs on afterwards.</param>
    Task<CrikAnswer> CheckpointAsync(ContainerName container, bool runsOn, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>The newest checkpoint that crik has committed since a time. Null if there is none, or crik cannot be asked now.</summary>
    Task<CrikGeneration?> NewestAsync(ContainerName container, DateTimeOffset since, CancellationToken cancellationToken);
}
