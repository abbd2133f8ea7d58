using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crik.Registry.Tests.Pushing;

/// <summary>
/// A registry that does what distribution-spec says, and what the test says instead. It is strict where registries are: a
/// part of an upload has to go to the latest location, and has to begin where the last one ended.
/// </summary>
internal sealed class ScriptedRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ScriptedUpload> _uploads = new();
    private readonly ConcurrentDictionary<(Step Step, int Time), Func<HttpContext, ScriptedUpload, Task>> _mishaps = new();
    private readonly ConcurrentQueue<Step> _steps = new();

    public ScriptedRegistry()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        _app.Start();
        Host = new Uri(_app.Urls.Single()).Authority;
    }

    public string Host { get; }

    /// <summary>What was asked so far.</summary>
    public Step[] Steps => [.. _steps];

    public ConcurrentQueue<string> Authorizations { get; } = new();

    public ConcurrentQueue<string> Scopes { get; } = new();

    public ConcurrentDictionary<string, long> Blobs { get; } = new();

    public ConcurrentDictionary<string, (byte[] Content, string Type)> Manifests { get; } = new();

    /// <summary>The token that is accepted. Null: no token is needed.</summary>
    public string? Token { get; set; }

    /// <summary>Turns the path and query of an upload into the location that clients are told.</summary>
    public Func<string, string> Locate { get; set; } = path => path;

    public string? SmallestChunk { get; set; }

    public int Count(Step step) => _steps.Count(other => other == step);

    /// <summary>Lets something else happen when a step is done for the nth time, counted from one.</summary>
    public void At(Step step, int time, Func<HttpContext, ScriptedUpload, Task> mishap) => _mishaps[(step, time)] = mishap;

    public void Always(Step step, Func<HttpContext, ScriptedUpload, Task> mishap) => _mishaps[(step, 0)] = mishap;

    public static Func<HttpContext, ScriptedUpload, Task> Answer(
        int status, string body = "", Action<IHeaderDictionary>? headers = null) => async (context, _) =>
    {
        context.Response.StatusCode = status;
        headers?.Invoke(context.Response.Headers);
        await context.Response.WriteAsync(body);
    };

    public static Task HangAsync(HttpContext context, ScriptedUpload upload) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    public static Task BreakAsync(HttpContext context, ScriptedUpload upload)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Takes as much of a chunk, and breaks the connection.</summary>
    public static Func<HttpContext, ScriptedUpload, Task> BreakAfter(long bytes) => async (context, upload) =>
    {
        await upload.TakeAsync(context, bytes);
        context.Abort();
    };

    public Task ForgetAsync(HttpContext context, ScriptedUpload upload)
    {
        _uploads.TryRemove(upload.Id, out _);
        context.Response.StatusCode = 404;
        return context.Response.WriteAsync("""{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"blob upload unknown to registry"}]}""");
    }

    /// <summary>Answers that the upload goes on, whatever it has.</summary>
    public void Accept(HttpContext context, ScriptedUpload upload, int status = 202)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = Locate($"/v2/team/app/blobs/uploads/{upload.Id}?_state={upload.Size}");
        context.Response.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(upload.Size - 1, 0)}");
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Step StepOf(HttpRequest request) => (request.Method, request.Path.Value!) switch
    {
        (_, "/token") => Step.Token,
        ("POST", _) => Step.Begin,
        ("PATCH", _) => Step.Send,
        ("PUT", var path) when path.Contains("/uploads/", StringComparison.Ordinal) => Step.Finish,
        ("PUT", _) => Step.PutManifest,
        ("GET", var path) when path.Contains("/uploads/", StringComparison.Ordinal) => Step.Status,
        ("DELETE", var path) when path.Contains("/uploads/", StringComparison.Ordinal) => Step.Abandon,
        ("DELETE", _) => Step.DeleteManifest,
        ("HEAD", _) => Step.HasBlob,
        (_, var path) => path.Contains("/blobs/", StringComparison.Ordinal) ? Step.ReadBlob : Step.GetManifest,
    };

    private async Task AnswerAsync(HttpContext context)
    {
        Step step = StepOf(context.Request);
        string name = context.Request.Path.Value!.Split('/').Last();
        string? authorization = context.Request.Headers.Authorization;
        if (step is not Step.Token && Token is not null && authorization != $"Bearer {Token}")
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{Host}/token\",service=\"s\",scope=\"repository:team/app:pull\"";
            context.Response.StatusCode = 401;
            return;
        }

        _steps.Enqueue(step);
        Authorizations.Enqueue(authorization ?? "");
        ScriptedUpload upload = step is Step.Begin ? new ScriptedUpload() : _uploads.GetValueOrDefault(name) ?? new ScriptedUpload();
        if (_mishaps.TryGetValue((step, Count(step)), out Func<HttpContext, ScriptedUpload, Task>? mishap) || _mishaps.TryGetValue((step, 0), out mishap))
        {
            await mishap(context, upload);
            return;
        }

        int status = step is Step.Status or Step.Finish or Step.Send or Step.Abandon && !_uploads.ContainsKey(name) ? 404
            : await DoAsync(step, name, upload, context);
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
        }
    }

    /// <returns>The status.</returns>
    private async Task<int> DoAsync(Step step, string name, ScriptedUpload upload, HttpContext context)
    {
        switch (step)
        {
            case Step.Token:
                Scopes.Enqueue(context.Request.Query["scope"]!);
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($$"""{"token":"{{Token}}"}"""));
                return 200;
            case Step.Begin:
                _uploads[upload.Id] = upload;
                context.Response.Headers["OCI-Chunk-Min-Length"] = SmallestChunk;
                Accept(context, upload);
                return 202;
            case Step.Send:
                return await SendAsync(upload, context);
            case Step.Status:
                Accept(context, upload, 204);
                return 204;
            case Step.Finish:
                return await FinishAsync(upload, context);
            case Step.Abandon:
                _uploads.TryRemove(name, out _);
                return 204;
            case Step.HasBlob:
                return Blobs.ContainsKey(name) ? 200 : 404;
            case Step.PutManifest:
                return await PutManifestAsync(name, context);
            case Step.GetManifest:
                return await GetManifestAsync(name, context);
            case Step.DeleteManifest:
                return Manifests.TryRemove(name, out _) ? 202 : 404;
            default:
                return 404;
        }
    }

    private async Task<int> SendAsync(ScriptedUpload upload, HttpContext context)
    {
        string? range = context.Request.Headers.ContentRange;
        if (context.Request.Query["_state"] != $"{upload.Size}" || (range is not null && range.Split('-')[0] != $"{upload.Size}"))
        {
            return 416;
        }

        await upload.TakeAsync(context);
        Accept(context, upload);
        return 202;
    }

    private async Task<int> FinishAsync(ScriptedUpload upload, HttpContext context)
    {
        string digest = context.Request.Query["digest"]!;
        await upload.TakeAsync(context);
        if (digest != upload.Digest)
        {
            await Answer(400, """{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match uploaded content"}]}""")(context, upload);
            return 400;
        }

        _uploads.TryRemove(upload.Id, out _);
        Blobs[digest] = upload.Size;
        context.Response.Headers["Docker-Content-Digest"] = digest;
        return 201;
    }

    private async Task<int> PutManifestAsync(string name, HttpContext context)
    {
        using MemoryStream content = new();
        await context.Request.Body.CopyToAsync(content);
        string digest = ContentDigest.Sha256Of(content.ToArray());
        Manifests[name] = Manifests[digest] = (content.ToArray(), context.Request.ContentType!);
        context.Response.Headers["Docker-Content-Digest"] = digest;
        return 201;
    }

    private async Task<int> GetManifestAsync(string name, HttpContext context)
    {
        if (!Manifests.TryGetValue(name, out (byte[] Content, string Type) manifest))
        {
            return 404;
        }

        context.Response.ContentType = manifest.Type;
        context.Response.Headers["Docker-Content-Digest"] = ContentDigest.Sha256Of(manifest.Content);
        await context.Response.Body.WriteAsync(manifest.Content);
        return 200;
    }
}
