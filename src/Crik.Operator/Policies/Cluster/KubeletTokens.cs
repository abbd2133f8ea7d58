using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Operator.Configuration;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Cluster;

/// <summary>
/// Gets tokens of the account for kubelets (TokenRequest of authentication.k8s.io/v1). The operator's own token may delete pods and
/// run commands in them, so no kubelet ever sees it.
/// </summary>
internal sealed class KubeletTokens(KubernetesApi api, OperatorOptions options, TimeProvider clock)
{
    private const int LongestAnswer = 64 << 10;

    /// <summary>The shortest time that the API server allows.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(10);

    private string? _token;
    private DateTimeOffset _until;

    /// <summary>Null: kubelets are not asked.</summary>
    public string? Account => options.Policies.KubeletAccount;

    /// <returns>A token that is valid for a while yet.</returns>
    /// <exception cref="KubernetesException">The API server refuses, or does not answer.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        if (_token is null || clock.GetUtcNow() >= _until)
        {
            _until = clock.GetUtcNow() + (s_lifetime / 2);
            _token = await RequestAsync(cancellationToken);
        }

        return _token;
    }

    private async Task<string> RequestAsync(CancellationToken cancellationToken)
    {
        string seconds = s_lifetime.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        StringContent body = new($$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":{{{seconds}}}}}""", Encoding.UTF8);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        string path = ResourceType.Core("serviceaccounts").Path(options.Namespace, Account, "token");
        JsonObject? answer = UntrustedJson.ParseObject(await BoundedAnswer.ReadAsync(api, HttpMethod.Post, path, body, LongestAnswer, cancellationToken));
        return answer.At("status", "token").Text() is { Length: > 0 } token ? token
            : throw new KubernetesException(KubernetesFailure.NotUnderstood, "the answer to a TokenRequest has no token");
    }
}
