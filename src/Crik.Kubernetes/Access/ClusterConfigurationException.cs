namespace Crik.Kubernetes.Access;

/// <summary>
/// No cluster is configured, or its configuration cannot be used. The message names the file and says what to change.
/// </summary>
public sealed class ClusterConfigurationException(string problem, Exception? inner = null) : Exception(problem, inner);
