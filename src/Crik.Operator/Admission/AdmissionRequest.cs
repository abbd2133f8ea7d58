using System.Text.Json.Nodes;

namespace Crik.Operator.Admission;

/// <summary>What the API server asks about a pod that is being created (k8s.io/api/admission/v1, AdmissionRequest).</summary>
/// <param name="Id">The `uid` of the request, which the answer repeats.</param>
/// <param name="Pod">The pod. Its `metadata` may have neither a name nor a namespace yet.</param>
internal sealed record AdmissionRequest(string Id, string Namespace, JsonObject Pod);
