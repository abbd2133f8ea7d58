using System.Text.Json;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>Reads the body of a request for a checkpoint. Without one, the pod stays and the request waits, as in the original.</summary>
internal static class OrderBody
{
    /// <summary>Two fields have a hundred bytes.</summary>
    public const int Largest = 16 << 10;

    /// <returns>The order, or a refusal.</returns>
    public static async Task<(OrderDocument Order, CheckpointerAnswer? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        byte[] body = new byte[Largest + 1];
        int length;
        try
        {
            length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (new OrderDocument(), TooLarge());
        }
        catch (Exception exception) when (exception is BadHttpRequestException or IOException)
        {
            return (new OrderDocument(), CheckpointerAnswer.Text(StatusCodes.Status400BadRequest, $"Unable to read req body: {exception.Message}"));
        }

        return length > Largest
            ? (new OrderDocument(), TooLarge())
            : Parse(body.AsSpan(0, length));
    }

    private static CheckpointerAnswer TooLarge() =>
        CheckpointerAnswer.Text(StatusCodes.Status413PayloadTooLarge, $"the body has more than {Largest >> 10} KiB");

    private static (OrderDocument, CheckpointerAnswer?) Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return ((body.Length == 0 ? null : JsonSerializer.Deserialize(body, CheckpointerJson.Default.OrderDocument)) ?? new OrderDocument(), null);
        }
        catch (JsonException exception)
        {
            return (new OrderDocument(), CheckpointerAnswer.Text(StatusCodes.Status400BadRequest, $"Invalid JSON format: {exception.Message}"));
        }
    }
}
