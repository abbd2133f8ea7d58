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

    /// <summary>A kubelet that refuses a token which is as young as this refuses every token.</summary>
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(1);

    private string? _token;
    private long _since;

    /// <summary>Null: kubelets are not asked.</summary>
    public string? Account => options.Policies.KubeletAccount;

    /// <returns>A token that is valid for a while yet.</returns>
    /// <exception cref="KubernetesException">The API server refuses, or does not answer.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        if (_token is null || clock.GetElapsedTime(_since) >= s_lifetime / 2)
        {
            long since = clock.GetTimestamp();
            _token = await RequestAsync(cancellationToken);
            _since = since;
        }

        return _token;
    }

    /// <summary>A kubelet has answered 401 to this token, for instance because the keys of the cluster were replaced. The next one is new.</summary>
    public void Refused(string? token)
    {
        if (token == _token && clock.GetElapsedTime(_since) >= s_young)
        {
            _token = null;
        }
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
