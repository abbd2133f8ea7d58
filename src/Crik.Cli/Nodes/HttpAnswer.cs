namespace Crik.Nodes;

/// <summary>A whole answer of a server.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The server's clock when it answered (RFC 9110, section 6.6.1); <see langword="null"/> when it did not tell.</summary>
    public DateTimeOffset? Date =>
        DateTimeOffset.TryParseExact(Headers.GetValueOrDefault("Date", ""), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;

    /// <summary>How long the server wants not to be asked again; zero when it did not tell in seconds.</summary>
    public TimeSpan RetryAfter =>
        int.TryParse(Headers.GetValueOrDefault("Retry-After", ""), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
