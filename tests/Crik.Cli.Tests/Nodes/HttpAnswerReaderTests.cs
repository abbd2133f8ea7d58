using System.Text;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class HttpAnswerReaderTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello and more", 200, "hello")]
    [InlineData("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", 200, "hello")]
    [InlineData("HTTP/1.0 404 Not Found\r\n\r\nhello", 404, "hello")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, "")]
    public void An_answer_is_read_in_pieces_of_any_size(string text, int status, string body)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int size = 1; size <= bytes.Length; size++)
        {
            HttpAnswerReader reader = new(1000);
            HttpAnswer? answer = null;
            for (int at = 0; at < bytes.Length && answer is null; at += size)
            {
                answer = reader.Add(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
            }

            answer ??= reader.Add([]);

            Assert.Equal((status, body), (answer!.Status, answer.Text));
        }
    }

    [Theory]
    [InlineData("", "without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "too early")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell", "too early")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\n", "broken chunk")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "encoding is 'gzip'")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "length is '-1'")]
    [InlineData("HTTP/1.1 OK\r\n\r\n", "not HTTP/1.1")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "not HTTP/1.1")]
    [InlineData("HTTP/2 200\r\n\r\n", "not HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "broken header")]
    [InlineData("SSH-2.0-OpenSSH\r\n", "not HTTP")]
    public void Bytes_that_are_no_HTTP_answer_are_refused(string text, string because)
    {
        HttpException exception = Assert.Throws<HttpException>(() =>
        {
            HttpAnswerReader reader = new(1000);
            if (text.Length > 0)
            {
                reader.Add(Encoding.ASCII.GetBytes(text));
            }

            reader.Add([]);
        });

        Assert.Contains(because, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_answer_is_not_read_to_its_end()
    {
        HttpAnswerReader reader = new(1024);

        Assert.Throws<HttpException>(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                reader.Add("HTTP/1.1 200 OK\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"u8);
            }
        });
    }
}
