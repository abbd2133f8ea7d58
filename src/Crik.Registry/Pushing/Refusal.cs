using System.Net;
using System.Text;
using System.Text.Json;

namespace Crik.Registry.Pushing;

/// <summary>Turns a status and the explanation that a registry sends with it into a failure with a sentence.</summary>
internal static class Refusal
{
    /// <summary>How much of an explanation is read.</summary>
    public const int LongestExplanation = 16 << 10;

    private const int LongestText = 300;

    /// <summary>Harbor, Quay and others answer DENIED also when a quota is used up. Only the words tell.</summary>
    private static readonly string[] s_quotas = ["quota", "exceed", "storage limit", "insufficient storage", "no space left"];

    /// <summary>Docker's registry passes on the error of a full disk with its number, ENOSPC.</summary>
    private const string FullDisk = "\"Err\":28";

    /// <param name="server">The host and port that refused.</param>
    /// <param name="explanation">The body of the answer. It comes from a stranger.</param>
    public static RegistryException Of(HttpStatusCode status, string server, ReadOnlySpan<byte> explanation)
    {
        string raw = Encoding.UTF8.GetString(explanation);
        ErrorDocument? error = Read(explanation);
        string said = Printable(error is null ? "" : $"{error.Code}: {error.Message}{Detail(error)}");
        RegistryException plain = RegistryAnswer.Refusal(status, server);
        (RegistryFailure failure, string message) = status switch
        {
            HttpStatusCode.RequestEntityTooLarge => (RegistryFailure.Full, $"{server} takes nothing that large (413)"),
            HttpStatusCode.InsufficientStorage => (RegistryFailure.Full, $"{server} has no room for it (507)"),
            _ when error?.Code is "TOOLARGE" || IsFull(status, raw) => (RegistryFailure.Full, $"{server} has no room for it ({(int)status})"),
            HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => (RegistryFailure.Unsupported, $"{server} does not offer this ({(int)status})"),
            _ when error?.Code is "UNSUPPORTED" => (RegistryFailure.Unsupported, $"{server} does not offer this ({(int)status})"),
            HttpStatusCode.RequestTimeout => (RegistryFailure.Busy, $"{server} waited too long for the request (408)"),
            _ => (plain.Failure, plain.Message),
        };
        return new RegistryException(failure, said.Length > 0 ? $"{message}, and says: {said}" : message);
    }

    private static bool IsFull(HttpStatusCode status, string text) => status is not HttpStatusCode.TooManyRequests
        && (text.Contains(FullDisk, StringComparison.Ordinal) || Array.Exists(s_quotas, words => text.Contains(words, StringComparison.OrdinalIgnoreCase)));

    private static ErrorDocument? Read(ReadOnlySpan<byte> explanation)
    {
        try
        {
            return JsonSerializer.Deserialize(explanation, RegistryJson.Default.ErrorsDocument)?.Errors?.OfType<ErrorDocument>().FirstOrDefault();
        }
        catch (JsonException)
        {
            return null; // a page of a proxy, or the beginning of something long: the status alone has to explain it
        }
    }

    private static string Detail(ErrorDocument error) =>
        error.Detail is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } detail ? $" ({detail.GetRawText()})" : "";

    private static string Printable(string text)
    {
        string shown = string.Concat(text.Trim().Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter));
        return shown.Length > LongestText ? shown[..LongestText] + "…" : shown;
    }
}
