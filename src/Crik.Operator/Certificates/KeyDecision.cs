using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Operator.Certificates;

/// <summary>
/// Decides how the keys of the webhook are renewed. The order matters: a certificate of a new authority is used only when
/// the API server has been told to trust it, so no request fails in between.
/// </summary>
internal static class KeyDecision
{
    /// <summary>
    /// How long the older authorities stay after the certificate of the newest one was made. Replicas look at the Secret every
    /// few seconds, so all of them have shown it for long then. An authority whose key was stolen is not trusted for longer.
    /// </summary>
    private static readonly TimeSpan s_keepOlder = TimeSpan.FromDays(2);

    /// <param name="keys">What the Secret has. Null if it has nothing.</param>
    /// <param name="published">The `caBundle` of the webhook's configuration, as PEM. Null if it has none.</param>
    /// <param name="names">The DNS names that the certificate must have.</param>
    public static KeyStep Of(WebhookKeys? keys, string? published, IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (keys is null || WhyNewAuthority(keys, now) is not null)
        {
            return KeyStep.NewAuthority;
        }

        X509Certificate2Collection authorities = keys.ReadAuthorities();
        if (published is null || !WebhookKeys.Read(published).SequenceEqual(authorities))
        {
            return KeyStep.Publish;
        }

        if (Served(keys, authorities[0], names, now) is not { } certificate)
        {
            return KeyStep.NewCertificate;
        }

        return authorities.Count > 1 && now.UtcDateTime - certificate.NotBefore.ToUniversalTime() > s_keepOlder ? KeyStep.DropOlderAuthorities : KeyStep.Keep;
    }

    /// <returns>What is wrong with the current authority, for the log. Null if it is good.</returns>
    public static string? WhyNewAuthority(WebhookKeys? keys, DateTimeOffset now) =>
        keys?.ReadAuthorities() is not [var current, ..] ? "the Secret has none"
        : !HasKey(current, keys.AuthorityKey) ? "the Secret does not have the key of its authority"
        : !Issuer.CanUse(current) ? $"its authority is none that the operator makes: with an elliptic curve, and valid for {Issuer.AuthorityLifetime.TotalDays:0} days"
        : !IsFresh(current, now)
            ? $"its authority is valid from {current.NotBefore.ToUniversalTime():u} to {current.NotAfter.ToUniversalTime():u}, and is renewed when a third of that is left"
        : null;

    /// <summary>A certificate is renewed when a third of its time is left.</summary>
    private static bool IsFresh(X509Certificate2 certificate, DateTimeOffset now)
    {
        (DateTime from, DateTime until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now.UtcDateTime >= from && now.UtcDateTime < until - ((until - from) / 3);
    }

    /// <returns>The certificate of the server. Null if it has to be replaced.</returns>
    private static X509Certificate2? Served(WebhookKeys keys, X509Certificate2 authority, IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (WebhookKeys.Read(keys.Certificate) is not [var certificate, ..] || !HasKey(certificate, keys.Key) || !names.All(name => certificate.MatchesHostname(name)))
        {
            return null;
        }

        // One that ends with its authority cannot be made to last longer.
        bool lasts = IsFresh(certificate, now) || (certificate.NotAfter == authority.NotAfter && certificate.NotAfter.ToUniversalTime() > now.UtcDateTime);
        return lasts && IsSignedBy(certificate, authority) ? certificate : null;
    }

    private static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid; // IsFresh looks at the time
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(certificate);
    }

    private static bool HasKey(X509Certificate2 certificate, string key)
    {
        try
        {
            using X509Certificate2 pair = X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key);
            return pair.HasPrivateKey;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
