using System.Text;
using System.Text.RegularExpressions;

namespace Crik.SystemTests.Nodes;

/// <summary>Stands in for a node state server. A test changes its answer at the moment that it chooses.</summary>
internal sealed partial class StandInServer : IDisposable
{
    private readonly StandInHttpServer _server;
    private TaskCompletionSource _changed = new();
    private string? _answer;

    /// <param name="answer">The whole answer. The server keeps silent if it is <see langword="null"/>.</param>
    public StandInServer(string? answer)
    {
        _answer = answer;
        _server = new(AnswerAsync);
    }

    public string Url => $"http://127.0.0.1:{_server.Port}";

    /// <summary>The whole answer to a question that names the pod, if it is another one.</summary>
    public string? AboutPod { get; set; }

    /// <summary>The whole answer of a second replica. It and the first one answer in turn.</summary>
    public string? OtherReplica { get; set; }

    public string[] Heads => _server.Requests;

    public int Requests => _server.Requests.Length;

    /// <summary>
    /// The requests that want an answer at once. Once crik knows a state, these are the ones that SIGTERM causes.
    /// </summary>
    public int Questions => Heads.Count(head => !WaitingRequest().IsMatch(head));

    public static string State(string state, int version, string node = "node-1") =>
        Json($"{{\"name\":\"{node}\",\"state\":\"{state}\",\"reason\":\"the test says so\",\"version\":{version}}}");

    public static string Json(string body) => StandInHttpServer.Json(body);

    /// <summary>Changes the answer, and gives it to every request that waits for a change.</summary>
    public void Change(string? answer)
    {
        TaskCompletionSource before = _changed;
        _changed = new TaskCompletionSource();
        _answer = answer;
        before.SetResult();
    }

    public void Dispose() => _server.Dispose();

    /// <summary>Matches a request that waits until the version is no longer the one that the client knows.</summary>
    [GeneratedRegex(@"\?wait=[^ ]*&version=(\d+)")]
    private static partial Regex WaitingRequest();

    private async Task<byte[]?> AnswerAsync(string head)
    {
        if (OtherReplica is { } other && Heads.Length % 2 == 0)
        {
            return Encoding.UTF8.GetBytes(other);
        }

        Task change = _changed.Task;
        if (WaitingRequest().Match(head) is { Success: true } request
            && _answer?.Contains($"\"version\":{request.Groups[1].Value}}}", StringComparison.Ordinal) is not false)
        {
            await change;
        }

        return (head.Contains("?pod=", StringComparison.Ordinal) ? AboutPod ?? _answer : _answer) is { } answer ? Encoding.UTF8.GetBytes(answer) : null;
    }
}
