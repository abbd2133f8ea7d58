using System.Net.Http.Headers;
using System.Text;

namespace Crik.Kubernetes.Access;

/// <summary>Credentials that are in the configuration itself, or in files that it names.</summary>
internal sealed class ConfiguredCredentials : Credentials
{
    public ConfiguredText? Token { get; init; }

    /// <summary>A user's name and password, for a proxy before an API server. Kubernetes itself knows no passwords.</summary>
    public (string Name, string Password)? Basic { get; init; }

    public ConfiguredText? Certificate { get; init; }

    public ConfiguredText? Key { get; init; }

    internal override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        AuthenticationHeaderValue? authorization =
            Token is { } token ? new AuthenticationHeaderValue("Bearer", token.Read())
            : Basic is { } basic ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.Name}:{basic.Password}")))
            : null;
        CertificatePem? pem = Certificate is { } certificate && Key is { } key ? new CertificatePem(certificate.Read(), key.Read()) : null;
        return ValueTask.FromResult(new Credential(authorization, pem));
    }

    internal override void Refused(Credential refused)
    {
        Token?.Forget();
        Certificate?.Forget();
        Key?.Forget();
    }
}
