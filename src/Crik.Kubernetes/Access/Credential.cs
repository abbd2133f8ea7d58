using System.Net.Http.Headers;

namespace Crik.Kubernetes.Access;

/// <summary>What proves to the API server who asks: a header, a client certificate, both, or nothing.</summary>
internal sealed record Credential(AuthenticationHeaderValue? Authorization, CertificatePem? Certificate);

/// <summary>A client certificate with its intermediate certificates, and its key, as PEM.</summary>
internal sealed record CertificatePem(string Certificate, string Key);
