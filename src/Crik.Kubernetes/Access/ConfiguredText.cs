namespace Crik.Kubernetes.Access;

/// <summary>
/// A token, certificate or key of the configuration, which is written there or in a file. Files are replaced while the
/// program runs: the kubelet replaces the token of a service account about once an hour, and cert-manager certificates
/// every few weeks. So a file is read again after a minute, and at once after <see cref="Forget"/>.
/// </summary>
public sealed class ConfiguredText
{
    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(1);

    private readonly string? _path;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private string? _text;
    private long? _readAt;

    private ConfiguredText(string? path, string? text, TimeProvider clock)
    {
        _path = path;
        _text = text;
        _clock = clock;
    }

    public static ConfiguredText Fixed(string text) => new(null, text, TimeProvider.System);

    public static ConfiguredText FromFile(string path, TimeProvider clock) => new(path, null, clock);

    /// <returns>The text without white space around it.</returns>
    /// <exception cref="IOException">The file cannot be read or is empty, and no earlier text is known.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, because the file is not readable.</exception>
    public string Read()
    {
        lock (_gate)
        {
            if (_path is not null && (_text is null || _readAt is not { } readAt || _clock.GetElapsedTime(readAt) >= s_age))
            {
                _text = ReadFile(_path) ?? _text;
                _readAt = _clock.GetTimestamp();
            }

            return _text ?? throw new IOException($"{_path}: the file is empty");
        }
    }

    /// <summary>The API server refused the text, or its certificate: the file may have been replaced.</summary>
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
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Exception exception) when (_text is not null && exception is (IOException or UnauthorizedAccessException))
        {
            return null; // the file may be replaced just now; the old text is still valid for a while
        }
    }
}
