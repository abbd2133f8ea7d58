using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Upkeep;

/// <summary>Creates the claims that injected pods wait for. It changes and deletes none.</summary>
internal sealed class Claims(KubernetesApi api)
{
    private readonly ResourceClient<JsonObject> _claims = ResourceClient.OfJson(api, ResourceType.Core("persistentvolumeclaims"));
    private readonly ResourceClient<JsonObject> _replicaSets = ResourceClient.OfJson(api, new ResourceType("apps", "v1", "replicasets"));

    /// <returns>Whether it was created now. False: it exists. The webhook has looked whose it is.</returns>
    /// <exception cref="KubernetesException">The API server does not answer, or refuses the claim, for example because of a quota.</exception>
    public async Task<bool> EnsureAsync(SeenPod pod, ClaimRequest request, CancellationToken cancellationToken)
    {
        if (await _claims.FindAsync(new ObjectName(pod.Namespace, request.Name), cancellationToken) is not null)
        {
            return false;
        }

        JsonObject claim = request.ToManifest();
        JsonNode metadata = claim["metadata"]!;
        metadata["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "crik-operator", ["app.kubernetes.io/part-of"] = "crik" };
        if (await TopOwnerAsync(pod, cancellationToken) is { } owner)
        {
            metadata["ownerReferences"] = new JsonArray((JsonNode)owner);
        }

        try
        {
            await _claims.CreateAsync(pod.Namespace, claim, cancellationToken);
            return true;
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            return false; // the leader before this one
        }
    }

    /// <summary>
    /// The object whose deletion ends the need for the claim. A pod itself is none: its claim has to outlive it. Neither is a
    /// ReplicaSet of a Deployment, which ends with the next roll-outs.
    /// </summary>
    private async Task<JsonObject?> TopOwnerAsync(SeenPod pod, CancellationToken cancellationToken)
    {
        Owner? owner = pod.Owner;
        if (owner is { Kind: "ReplicaSet", Group: "apps" }
            && await _replicaSets.FindAsync(new ObjectName(pod.Namespace, owner.Name), cancellationToken) is { } replicaSet
            && Owner.Of(replicaSet) is { Kind: "Deployment" } deployment)
        {
            owner = deployment;
        }

        return owner is not { OwnsClaims: true } ? null : new JsonObject
        {
            ["apiVersion"] = $"{owner.Group}/v1",
            ["kind"] = owner.Kind,
            ["name"] = owner.Name,
            ["uid"] = owner.Id,
        };
    }
}
