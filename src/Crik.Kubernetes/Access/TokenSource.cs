namespace Crik.Kubernetes.Access;

/// <summary>
/// Provides the bearer token for the API server. The kubelet replaces the token file of a service account about once an
/// hour, and the old token expires. So the file is read again after a minute, and at once when the API server refused
/// the token.
/// </summary>
public sealed class TokenSource
{
    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(1);

    private readonly string? _path;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private string? _token;
    private long? _readAt;

    private TokenSource(string? path, string? token, TimeProvider clock)
    {
        _path = path;
        _token = token;
        _clock = clock;
    }

    public static TokenSource Fixed(string token) => new(null, token, TimeProvider.System);

    public static TokenSource FromFile(string path, TimeProvider clock) => new(path, null, clock);

    /// <exception cref="IOException">The file cannot be read, and no earlier token is known.</exception>
    public string Read()
    {
        lock (_gate)
        {
            if (_path is not null && (_token is null || _readAt is not { } readAt || _clock.GetElapsedTime(readAt) >= s_age))
            {
                _token = ReadFile(_path) ?? _token;
                _readAt = _clock.GetTimestamp();
            }

            return _token ?? throw new IOException($"{_path}: the token file is empty");
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            _readAt = null;
        }
    }

    private string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (IOException) when (_token is not null)
        {
            return null; // the file may be replaced just now; the old token is still valid for a while
        }
    }
}
