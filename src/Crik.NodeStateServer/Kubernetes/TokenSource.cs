namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// A bearer token. The kubelet replaces the file of a service account's about once an hour, and the old one ends: a file is
/// read again after a minute, and at once after it was refused.
/// </summary>
internal sealed class TokenSource
{
    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(1);

    private readonly string? _path;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private string? _token;
    private DateTimeOffset _readAt;

    private TokenSource(string? path, string? token, TimeProvider clock)
    {
        _path = path;
        _token = token;
        _clock = clock;
    }

    public static TokenSource Fixed(string token) => new(null, token, TimeProvider.System);

    public static TokenSource FromFile(string path, TimeProvider clock) => new(path, null, clock);

    /// <exception cref="IOException">The file cannot be read, and was never read before.</exception>
    public string Read()
    {
        lock (_gate)
        {
            if (_path is not null && (_token is null || _clock.GetUtcNow() - _readAt >= s_age))
            {
                _token = ReadFile(_path) ?? _token;
                _readAt = _clock.GetUtcNow();
            }

            return _token ?? throw new IOException($"{_path}: is empty");
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            _readAt = default;
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
            return null; // in the middle of being replaced: the old one is good for a while
        }
    }
}
