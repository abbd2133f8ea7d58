using System.Net;
using System.Net.Sockets;
using Crik.Contracts;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class TlsTests : IDisposable
{
    private static readonly string s_ready = StandInServer.Json("""{"name":"node-1","state":"ready","version":5}""");

    private readonly TestAuthority _authority = new();
    private readonly TempDirectory _files = new();

    private string CaFile => Path.Combine(_files.Path, "ca.crt");

    public TlsTests() => File.WriteAllText(CaFile, _authority.Pem);

    public void Dispose()
    {
        _files.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("localhost", "localhost")]
    [InlineData("127.0.0.1", "")] // an address is no server name
    public void A_server_with_a_certificate_of_the_authority_for_its_name_or_address_is_believed(string host, string asked)
    {
        using TlsServer server = new(_authority.Issue(host), s_ready);

        Assert.Equal(NodeState.Ready, Ask(At(server, host)).State);
        Assert.Equal(asked, server.Asked);
    }

    [Fact]
    public void A_long_answer_comes_whole()
    {
        string reason = new('x', 60_000);
        using TlsServer server = new(_authority.Issue("localhost"), StandInServer.Json($$"""{"name":"node-1","state":"ready","reason":"{{reason}}","version":5}"""));

        Assert.Equal(NodeState.Ready, Ask(At(server, "localhost")).State);
    }

    [Fact]
    public void The_file_of_authorities_is_read_again_for_each_request()
    {
        using TestAuthority other = new();
        using TlsServer server = new(other.Issue("localhost"), s_ready);
        ServerSource source = new(At(server, "localhost"), "node-1", null);
        Assert.Throws<HttpException>(() => source.Ask(Soon()));

        File.WriteAllText(CaFile, $"{_authority.Pem}\n{other.Pem}");

        Assert.Equal(NodeState.Ready, source.Ask(Soon()).State);
    }

    [Fact]
    public void A_server_of_another_authority_is_refused()
    {
        using TestAuthority other = new();
        using TlsServer server = new(other.Issue("localhost"), s_ready);

        AssertRefused("its certificate is not good: The certificate issuer is unknown", At(server, "localhost"));
    }

    [Fact]
    public void A_file_may_hold_an_intermediate_authority_only()
    {
        using TestAuthority intermediate = new(_authority);
        using TlsServer server = new(intermediate.Issue("localhost"), s_ready);
        File.WriteAllText(CaFile, intermediate.Pem);

        Assert.Equal(NodeState.Ready, Ask(At(server, "localhost")).State);
    }

    [Fact]
    public void The_dot_at_the_end_of_a_complete_name_is_no_part_of_the_servers_name()
    {
        using TlsServer server = new(_authority.Issue("localhost"), s_ready);

        Assert.Equal(NodeState.Ready, Ask(At(server, "localhost.") with { Lookup = (string _, int port, out string? problem) => Libc.FindAddresses("127.0.0.1", port, out problem) }).State);
        Assert.Equal("localhost", server.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a-label-of-41-characters-in-a-long-name.a-label-of-41-characters-in-a-long-name.a-label-of-41-characters-in-a-long-name.a-label-of-41-characters-in-a-long-name.a-label-of-41-characters-in-a-long-name.a-label-of-41-characters-in-a-long-name.a-label-of-41-characters")]
    public void A_name_that_no_certificate_can_have_is_refused(string host)
    {
        TlsException exception = Assert.Throws<TlsException>(() => new TlsSession(GnuTls.Load(GnuTls.Name), host, null));

        Assert.Equal($"no certificate can be for the host name '{host.TrimEnd('.')}'", exception.Message);
    }

    [Fact]
    public void A_server_that_took_over_the_address_of_another_one_is_not_asked_for_ever()
    {
        using TestAuthority other = new();
        using TlsServer wrong = new(other.Issue("localhost"), s_ready);
        using TlsServer right = new(_authority.Issue("localhost"), s_ready);
        int port = wrong.Port;
        ServerSource source = new(At(wrong, "localhost") with { Lookup = (string _, int _, out string? problem) => Libc.FindAddresses("127.0.0.1", port, out problem) }, "node-1", null);
        Assert.Throws<HttpException>(() => source.Ask(Soon()));

        port = right.Port;

        Assert.Equal(NodeState.Ready, source.Ask(Soon()).State);
    }

    [Fact]
    public void Without_a_file_the_authorities_of_the_image_decide()
    {
        using TlsServer server = new(_authority.Issue("localhost"), s_ready);

        AssertRefused("its certificate is not good: The certificate issuer is unknown", At(server, "localhost") with { CaFile = null });
    }

    [Theory]
    [InlineData("localhost", "The name in the certificate does not match the expected")]
    [InlineData("127.0.0.1", "The name in the certificate does not match the expected")]
    public void A_certificate_for_another_name_is_refused(string host, string because)
    {
        using TlsServer server = new(_authority.Issue("another"), s_ready);

        AssertRefused(because, At(server, host));
    }

    [Fact]
    public void A_certificate_that_has_expired_is_refused()
    {
        using TlsServer server = new(_authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(-1)), s_ready);

        AssertRefused("its certificate is not good: The certificate chain uses expired certificate", At(server, "localhost"));
    }

    [Fact]
    public void A_server_that_is_silent_in_the_handshake_or_after_it_is_given_up_at_the_deadline()
    {
        using TcpListener deaf = new(IPAddress.Loopback, 0);
        deaf.Start();
        AssertRefused("no answer in time", new HttpAddress("127.0.0.1", ((IPEndPoint)deaf.LocalEndpoint).Port, "", true, CaFile), Deadline.In(TimeSpan.FromMilliseconds(500)));

        using TlsServer silent = new(_authority.Issue("localhost"), null);
        AssertRefused("no answer in time", At(silent, "localhost"), Deadline.In(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_wait_in_the_handshake_ends_when_crik_stops_it()
    {
        using TcpListener deaf = new(IPAddress.Loopback, 0);
        deaf.Start();
        using FileDescriptor stop = Libc.MakeEventDescriptor();
        _ = Libc.TryWrite(stop.Number, BitConverter.GetBytes(1UL));
        ServerSource source = new(new HttpAddress("127.0.0.1", ((IPEndPoint)deaf.LocalEndpoint).Port, "", true, CaFile), "node-1", null);

        Assert.True(Assert.Throws<HttpException>(() => source.Ask(Soon(), stop.Number)).WasStopped);
    }

    [Fact]
    public void A_server_that_speaks_no_TLS_is_refused()
    {
        using StandInServer server = new(_ => s_ready);
        using TcpListener greeting = new(IPAddress.Loopback, 0);
        greeting.Start();
        Task greeted = Task.Run(async () =>
        {
            using TcpClient client = await greeting.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            _ = await client.GetStream().ReadAsync(new byte[1000]);
        });

        AssertRefused("TLS failed", new HttpAddress("127.0.0.1", ((IPEndPoint)greeting.LocalEndpoint).Port, "", true, CaFile));
    }

    [Fact]
    public void An_answer_that_may_have_been_cut_off_is_refused()
    {
        string withoutLength = s_ready.Replace("Content-Length", "X-Length", StringComparison.Ordinal);
        using TlsServer server = new(_authority.Issue("localhost"), withoutLength) { CutsOff = true };

        AssertRefused("the server closed the connection in the middle of TLS", At(server, "localhost"));
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("no certificate", "cannot be read or holds no certificate in PEM")]
    public void A_file_without_an_authority_is_named(string? content, string because)
    {
        File.Delete(CaFile);
        if (content is not null)
        {
            File.WriteAllText(CaFile, content);
        }

        using TlsServer server = new(_authority.Issue("localhost"), s_ready);
        AssertRefused($"{CaFile} {because}", At(server, "localhost"));
    }

    [Fact]
    public void No_version_before_TLS_1_2_is_offered()
    {
        ReadOnlySpan<byte> supportedVersions = [0x00, 0x2b, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03]; // RFC 8446, section 4.2.1
        using TlsSession session = new(GnuTls.Load(GnuTls.Name), "localhost", CaFile);

        Assert.False(session.Connect());
        Assert.NotEqual(-1, session.TakeOutgoing().AsSpan().IndexOf(supportedVersions));
    }

    [Fact]
    public void An_image_without_GnuTLS_is_told_what_to_install()
    {
        TlsException exception = Assert.Throws<TlsException>(() => GnuTls.Load("libgnutls.so.0"));

        Assert.Equal(
            "https needs GnuTLS in this image, which has no libgnutls.so.0; install the package libgnutls30t64, libgnutls30 or gnutls, or use crik's bundle",
            exception.Message);
    }

    [Fact]
    public void A_library_that_cannot_be_loaded_is_told_with_the_reason()
    {
        string library = Path.Combine(_files.Path, GnuTls.Name);
        File.WriteAllText(library, "this is no library, though it has the name of one and is long enough for a header of ELF");

        Assert.Equal($"GnuTLS of this image cannot be loaded: {library}: invalid ELF header", Assert.Throws<TlsException>(() => GnuTls.Load(library)).Message);
    }

    [Fact]
    public void A_library_of_that_name_that_is_another_one_is_refused() =>
        Assert.StartsWith("libm.so.6 of this image is not the GnuTLS that crik needs", Assert.Throws<TlsException>(() => GnuTls.Load("libm.so.6")).Message, StringComparison.Ordinal);

    private HttpAddress At(TlsServer server, string host) => new(host, server.Port, "", IsTls: true, CaFile);

    private static Deadline Soon() => Deadline.In(TimeSpan.FromSeconds(60));

    private static NodeAnswer Ask(HttpAddress address) => new ServerSource(address, "node-1", null).Ask(Soon());

    private static void AssertRefused(string because, HttpAddress address, Deadline? deadline = null)
    {
        HttpException exception = Assert.Throws<HttpException>(() => new ServerSource(address, "node-1", null).Ask(deadline ?? Soon()));

        Assert.Contains(because, exception.Message, StringComparison.Ordinal);
    }
}
