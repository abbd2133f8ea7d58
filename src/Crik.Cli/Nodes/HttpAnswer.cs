namespace Crik.Nodes;

/// <summary>A whole answer of a server.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The server's clock when it answered (RFC 9110, section 6.6.1); <see langword="null"/> when it did not tell.</summary>
    public DateTimeOffset? Date =>
        DateTimeOffset.TryParseExact(Headers.GetValueOrDefault("Date", ""), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;
}
