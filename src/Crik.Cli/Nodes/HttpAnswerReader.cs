namespace Crik.Nodes;

/// <summary>
/// Puts an HTTP/1.1 answer together (RFC 9112): the status line, the headers, and a body that ends after its length, after its last
/// chunk, or with the connection. Refuses an answer that is too long or ambiguous.
/// </summary>
internal sealed class HttpAnswerReader(int mostBytes)
{
    private byte[] _received = [];

    /// <param name="bytes">The bytes that were received; none when the server has closed the connection.</param>
    /// <returns>The answer once it is whole, else <see langword="null"/>.</returns>
    /// <exception cref="HttpException">This is no HTTP answer, it is too long, or the connection ended in the middle of it.</exception>
    public HttpAnswer? Add(ReadOnlySpan<byte> bytes)
    {
        bool ended = bytes.IsEmpty;
        _received = [.. _received, .. bytes];
        if (_received.Length > mostBytes)
        {
            throw new HttpException($"the answer is longer than {mostBytes >> 10} KiB");
        }

        HttpAnswer? answer = Parse(_received, ended);
        return answer is null && ended ? throw new HttpException(_received.Length == 0 ? "the server closed the connection without an answer" : "the answer ends too early") : answer;
    }

    private static HttpAnswer? Parse(ReadOnlySpan<byte> received, bool ended)
    {
        ReadOnlySpan<byte> rest = received;
        string[] head;
        int code;
        do
        {
            int headEnd = rest.IndexOf("\r\n\r\n"u8);
            if (headEnd < 0)
            {
                return rest.Length >= 5 && !rest.StartsWith("HTTP/"u8) ? throw new HttpException("the answer is not HTTP") : null;
            }

            head = Encoding.Latin1.GetString(rest[..headEnd]).Split("\r\n");
            string[] status = head[0].Split(' ', 3);
            if (status.Length < 2 || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
                || status[1].Length != 3 || !int.TryParse(status[1], NumberStyles.None, CultureInfo.InvariantCulture, out code))
            {
                throw new HttpException("the answer is not HTTP/1.1");
            }

            rest = rest[(headEnd + 4)..];
        }
        while (code < 200); // 100 Continue and similar ones come before the answer

        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in head.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new HttpException("the answer has a broken header");
            }

            headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }

        byte[]? body = code is 204 or 304 ? []
            : headers.TryGetValue("Transfer-Encoding", out string? encoding) ? Chunks(rest, encoding)
            : headers.TryGetValue("Content-Length", out string? length) ? Counted(rest, length)
            : ended ? rest.ToArray() : null;
        return body is null ? null : new HttpAnswer(code, headers, body);
    }

    private static byte[]? Counted(ReadOnlySpan<byte> rest, string length) =>
        !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? throw new HttpException($"the answer's length is '{length}'")
        : rest.Length >= count ? rest[..count].ToArray()
        : null;

    private static byte[]? Chunks(ReadOnlySpan<byte> rest, string encoding)
    {
        if (!encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpException($"the answer's encoding is '{encoding}'");
        }

        List<byte> body = [];
        while (true)
        {
            int lineEnd = rest.IndexOf("\r\n"u8);
            if (lineEnd < 0)
            {
                return null;
            }

            string size = Encoding.Latin1.GetString(rest[..lineEnd]).Split(';')[0].Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int count) || count < 0)
            {
                throw new HttpException("the answer has a broken chunk");
            }

            rest = rest[(lineEnd + 2)..];
            if (count == 0)
            {
                return [.. body]; // the trailers are not needed, and the connection is closed next
            }

            if (rest.Length < count + 2L)
            {
                return null;
            }

            body.AddRange(rest[..count]);
            rest = rest[(count + 2)..];
        }
    }
}
