using System.Text.Json.Nodes;
using Crik.Pods.Reading;
using Crik.Registry;

namespace Crik.Operator.Admission;

/// <summary>
/// Reads the pull secrets of a pod. Those of its service account are among them: the API server copies them into the pod
/// before it asks webhooks (plugin ServiceAccount).
/// </summary>
internal sealed class PullSecrets(IClusterFacts facts)
{
    /// <summary>So many are read. A pod that names more would make the webhook slow.</summary>
    private const int Most = 10;

    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    public async Task<RegistryCredentials> OfAsync(string space, JsonObject pod, CancellationToken cancellationToken)
    {
        RegistryCredentials credentials = new();
        foreach (string name in pod.At("spec", "imagePullSecrets").Maps().Select(secret => secret.At("name").Text()).OfType<string>().Distinct().Take(Most))
        {
            if (name.Length > 0 && await facts.SecretAsync(space, name, cancellationToken) is { } secret)
            {
                Add(credentials, secret);
            }
        }

        return credentials;
    }

    private static void Add(RegistryCredentials credentials, JsonObject secret)
    {
        try
        {
            if (Content(secret, ".dockerconfigjson") is { } config)
            {
                credentials.AddDockerConfigJson(config);
            }
            else if (Content(secret, ".dockercfg") is { } old)
            {
                credentials.AddDockerConfig(old);
            }
        }
        catch (FormatException)
        {
            // The kubelet ignores a secret that it cannot read. If it was needed, the registry says so.
        }
    }

    private static byte[]? Content(JsonObject secret, string key) => secret.At("data", key).Text() is { } text ? Convert.FromBase64String(text) : null;
}
