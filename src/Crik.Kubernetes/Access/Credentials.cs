namespace Crik.Kubernetes.Access;

/// <summary>Provides the credential for each request to the API server.</summary>
public abstract class Credentials
{
    private protected Credentials()
    {
    }

    /// <summary>No credentials at all: the API server sees an anonymous user.</summary>
    public static Credentials None { get; } = new ConfiguredCredentials();

    public static Credentials Bearer(ConfiguredText token) => new ConfiguredCredentials { Token = token };

    internal abstract ValueTask<Credential> GetAsync(CancellationToken cancellationToken);

    /// <summary>The API server answered 401 to this credential. The next one should be new.</summary>
    internal abstract void Refused(Credential refused);
}
