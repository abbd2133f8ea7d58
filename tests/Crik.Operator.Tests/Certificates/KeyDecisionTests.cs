using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crik.Operator.Certificates;

namespace Crik.Operator.Tests.Certificates;

public sealed class KeyDecisionTests
{
    private static readonly string[] s_names = ["crik-injector.crik.svc", "crik-injector.crik.svc.cluster.local"];

    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void From_nothing_an_authority_is_made_and_published_before_its_certificate_is_used()
    {
        Leader leader = new();

        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate], leader.WorkAt(s_start));
        Assert.Empty(leader.WorkAt(s_start));
    }

    /// <summary>Looks every five days for three years, and never shows a certificate that the published bundle does not trust.</summary>
    [Fact]
    public void For_years_the_shown_certificate_is_valid_and_trusted_between_all_steps()
    {
        Leader leader = new();
        leader.WorkAt(s_start);
        HashSet<string> authorities = [];
        for (int day = 5; day < 3 * 365; day += 5)
        {
            leader.WorkAt(s_start.AddDays(day), () => leader.AssertTrusted(s_start.AddDays(day)));
            authorities.Add(leader.Keys!.ReadAuthorities()[0].Thumbprint);
            Assert.InRange(leader.Keys.ReadAuthorities().Count, 1, 2);
        }

        Assert.InRange(authorities.Count, 4, 6);
    }

    [Fact]
    public void The_old_authority_stays_trusted_beside_the_new_one()
    {
        Leader leader = new();
        leader.WorkAt(s_start);
        string old = leader.Keys!.ReadAuthorities()[0].Thumbprint;

        leader.WorkAt(s_start.AddDays(300));

        Assert.Equal(2, leader.Keys.ReadAuthorities().Count);
        Assert.Equal(old, leader.Keys.ReadAuthorities()[1].Thumbprint);
    }

    [Fact]
    public void The_old_authority_is_dropped_when_the_new_one_has_served_for_two_days()
    {
        Leader leader = new();
        leader.WorkAt(s_start);
        leader.WorkAt(s_start.AddDays(300));

        Assert.Empty(leader.WorkAt(s_start.AddDays(301)));
        Assert.Equal([KeyStep.DropOlderAuthorities, KeyStep.Publish], leader.WorkAt(s_start.AddDays(302)));
        Assert.Single(WebhookKeys.Read(leader.Published!));
        leader.AssertTrusted(s_start.AddDays(302));
    }

    [Fact]
    public void After_a_year_without_an_operator_everything_is_made_anew()
    {
        Leader leader = new();
        leader.WorkAt(s_start);

        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate], leader.WorkAt(s_start.AddDays(400)));
        Assert.Single(leader.Keys!.ReadAuthorities());
        leader.AssertTrusted(s_start.AddDays(400));
    }

    [Theory]
    [InlineData(700)]
    [InlineData(-700)]
    public void A_clock_that_jumps_and_comes_back_leaves_keys_that_work(int days)
    {
        Leader leader = new();
        leader.WorkAt(s_start);
        leader.WorkAt(s_start.AddDays(days));

        leader.WorkAt(s_start.AddDays(1));

        leader.AssertTrusted(s_start.AddDays(1));
    }

    [Fact]
    public void A_Secret_that_is_damaged_leaves_the_authority_trusted_whose_certificate_is_still_shown()
    {
        Leader leader = new();
        leader.WorkAt(s_start);
        leader.Keys = leader.Keys! with { Authorities = "nonsense" };

        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate], leader.WorkAt(s_start, () => leader.AssertTrusted(s_start)));
    }

    [Fact]
    public void A_Secret_that_is_lost_again_and_again_does_not_fill_the_bundle()
    {
        Leader leader = new();
        for (int i = 0; i < 20; i++)
        {
            leader.Keys = null;
            leader.WorkAt(s_start.AddMinutes(i));
        }

        Assert.Equal(6, leader.Keys!.ReadAuthorities().Count);
        leader.AssertTrusted(s_start.AddMinutes(20));
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("no authority")]
    [InlineData("a century")]
    public void An_authority_that_somebody_else_has_made_is_replaced_with_a_reason(string kind)
    {
        (string certificate, string key) = Foreign(kind);
        Leader leader = new() { Keys = new WebhookKeys(certificate, key, "", ""), Published = certificate };

        Assert.Contains("none that the operator makes", KeyDecision.WhyNewAuthority(leader.Keys, s_start), StringComparison.Ordinal);
        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate], leader.WorkAt(s_start));
        leader.AssertTrusted(s_start);
    }

    [Fact]
    public void A_bundle_that_somebody_has_changed_is_published_again()
    {
        Leader leader = new();
        leader.WorkAt(s_start);

        leader.Published = "nonsense";
        Assert.Equal([KeyStep.Publish], leader.WorkAt(s_start));

        leader.Published = null;
        Assert.Equal([KeyStep.Publish], leader.WorkAt(s_start));
    }

    [Fact]
    public void A_certificate_with_other_names_or_another_key_is_replaced()
    {
        Leader leader = new();
        leader.WorkAt(s_start);

        leader.Keys = Issuer.WithNewCertificate(leader.Keys!, ["other.svc"], s_start);
        Assert.Equal([KeyStep.NewCertificate], leader.WorkAt(s_start));

        leader.Keys = leader.Keys with { Key = leader.Keys.AuthorityKey };
        Assert.Equal([KeyStep.NewCertificate], leader.WorkAt(s_start));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "")]
    public void Keys_that_cannot_be_read_are_made_anew(string authorities, string key)
    {
        Leader leader = new() { Keys = new WebhookKeys(authorities, key, authorities, key), Published = authorities };

        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate], leader.WorkAt(s_start));
    }

    [Fact]
    public void An_authority_without_its_key_is_replaced()
    {
        WebhookKeys keys = Issuer.WithNewAuthority(null, null, s_start);
        WebhookKeys other = Issuer.WithNewAuthority(null, null, s_start);

        Assert.Equal(KeyStep.NewAuthority, KeyDecision.Of(keys with { AuthorityKey = other.AuthorityKey }, keys.Authorities, s_names, s_start));
    }

    [Fact]
    public async Task A_client_that_trusts_only_the_bundle_accepts_the_server()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        WebhookKeys keys = Issuer.WithNewCertificate(Issuer.WithNewAuthority(null, null, now), s_names, now);
        using TlsServer server = new((keys.Certificate, keys.Key), "x");
        using TcpClient client = new("127.0.0.1", server.Port);
        await using SslStream stream = new(client.GetStream());
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = s_names[0],
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(keys.ReadAuthorities());

        await stream.AuthenticateAsClientAsync(options);

        Assert.True(stream.IsAuthenticated);
    }

    private static (string Certificate, string Key) Foreign(string kind)
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = kind is "RSA" ? new("CN=foreign", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new("CN=foreign", curve, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: kind is not "no authority", false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(s_start.AddDays(-1), s_start.AddDays(kind is "a century" ? 36500 : 300));
        return (certificate.ExportCertificatePem() + "\n", kind is "RSA" ? rsa.ExportPkcs8PrivateKeyPem() : curve.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Does what the leader does: decides, and takes the step, until there is nothing to do.</summary>
    private sealed class Leader
    {
        public WebhookKeys? Keys { get; set; }

        public string? Published { get; set; }

        public List<KeyStep> WorkAt(DateTimeOffset now, Action? between = null)
        {
            List<KeyStep> steps = [];
            while (KeyDecision.Of(Keys, Published, s_names, now) is not KeyStep.Keep and var step)
            {
                steps.Add(step);
                Assert.InRange(steps.Count, 1, 5);
                (Keys, Published) = step switch
                {
                    KeyStep.NewAuthority => (Issuer.WithNewAuthority(Keys, Published, now), Published),
                    KeyStep.Publish => (Keys, Keys!.Authorities),
                    KeyStep.DropOlderAuthorities => (Issuer.WithoutOlderAuthorities(Keys!), Published),
                    _ => (Issuer.WithNewCertificate(Keys!, s_names, now), Published),
                };
                between?.Invoke();
            }

            return steps;
        }

        public void AssertTrusted(DateTimeOffset now)
        {
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.VerificationTime = now.UtcDateTime;
            X509Certificate2Collection bundle = [];
            bundle.ImportFromPem(Published);
            chain.ChainPolicy.CustomTrustStore.AddRange(bundle);
            Assert.True(chain.Build(X509Certificate2.CreateFromPem(Keys!.Certificate)), $"{now:u}: {string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation))}");
        }
    }
}
