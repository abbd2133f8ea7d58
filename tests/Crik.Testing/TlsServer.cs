using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Crik.Testing;

/// <summary>A TLS server on this machine that gives every request the same answer.</summary>
public sealed class TlsServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly string? _answer;

    /// <param name="answer">The server keeps silent after the handshake if it is <see langword="null"/>.</param>
    public TlsServer((string Certificate, string Key) pair, string? answer)
    {
        _certificate = X509Certificate2.CreateFromPem(pair.Certificate, pair.Key);
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Ends the connection without TLS's own end.</summary>
    public bool CutsOff { get; init; }

    /// <summary>The name that the last client wanted.</summary>
    public string? Asked { get; private set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using TcpClient _ = client;
            await using SslStream stream = new(client.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate });
            Asked = stream.TargetHostName;
            byte[] head = new byte[8192];
            int count = await stream.ReadAsync(head);
            if (_answer is null)
            {
                count += await stream.ReadAsync(head); // until the client gives up
            }
            else if (count > 0)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(_answer));
                if (CutsOff)
                {
                    client.Client.Close();
                }
                else
                {
                    await stream.ShutdownAsync();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The client refused the certificate, or gave up.
        }
    }
}
