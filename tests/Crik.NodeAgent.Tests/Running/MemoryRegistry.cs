using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Crik.NodeAgent.Tests.Running;

/// <summary>A registry that keeps what is pushed in memory (OCI distribution-spec, as much of it as a push needs).</summary>
internal sealed class MemoryRegistry
{
    private readonly ConcurrentDictionary<string, MemoryStream> _uploads = [];
    private int _number;

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = [];

    /// <summary>The manifests by tag and by digest.</summary>
    public ConcurrentDictionary<string, byte[]> Manifests { get; } = [];

    /// <summary>Is asked for the status of the next answer, such as 500. Null lets the registry work.</summary>
    public Func<HttpContext, int?> Trouble { get; set; } = static _ => null;

    /// <summary>Stores a manifest of its own making, without the annotations.</summary>
    public bool DropsAnnotations { get; set; }

    /// <returns>False if the request is not for a registry.</returns>
    public async Task<bool> AnswerAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/v2", out PathString rest))
        {
            return false;
        }

        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        string[] parts = rest.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Trouble(context) is { } status)
        {
            context.Response.StatusCode = status;
            return true;
        }

        context.Response.StatusCode = (context.Request.Method, parts) switch
        {
            ("POST", [.., "uploads"]) => Begin(context, rest.Value!),
            ("PATCH", [.., "uploads", var id]) => Append(context, id, body),
            ("PUT", [.., "uploads", var id]) => Finish(context, id, body),
            ("HEAD", [.., "blobs", var digest]) => Blobs.ContainsKey(digest) ? 200 : 404,
            ("PUT", [.., "manifests", var tag]) => Store(context, tag, body.ToArray()),
            ("GET", [.., "manifests", var tag]) => Manifests.ContainsKey(tag) ? 200 : 404,
            ("DELETE", [.., "manifests", var digest]) => Delete(digest),
            _ => 200,
        };
        if (context.Request.Method is "GET" && Manifests.TryGetValue(parts[^1], out byte[]? manifest))
        {
            context.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
            context.Response.Headers["Docker-Content-Digest"] = Digest(manifest);
            await context.Response.Body.WriteAsync(manifest);
        }

        return true;
    }

    private int Begin(HttpContext context, string path)
    {
        string id = $"{Interlocked.Increment(ref _number)}";
        _uploads[id] = new MemoryStream();
        context.Response.Headers.Location = $"/v2{path.TrimEnd('/')}/{id}";
        return 202;
    }

    private int Append(HttpContext context, string id, MemoryStream body)
    {
        body.WriteTo(_uploads[id]);
        context.Response.Headers.Location = context.Request.Path.Value;
        context.Response.Headers.Range = $"0-{_uploads[id].Length - 1}";
        return 202;
    }

    private int Finish(HttpContext context, string id, MemoryStream body)
    {
        body.WriteTo(_uploads[id]);
        byte[] content = _uploads[id].ToArray();
        string digest = Digest(content);
        if (digest != context.Request.Query["digest"])
        {
            return 400;
        }

        Blobs[digest] = content;
        context.Response.Headers["Docker-Content-Digest"] = digest;
        return 201;
    }

    private int Store(HttpContext context, string tag, byte[] manifest)
    {
        if (DropsAnnotations)
        {
            JsonObject changed = JsonNode.Parse(manifest)!.AsObject();
            changed.Remove("annotations");
            manifest = JsonSerializer.SerializeToUtf8Bytes(changed);
        }

        Manifests[tag] = Manifests[Digest(manifest)] = manifest;
        context.Response.Headers["Docker-Content-Digest"] = Digest(manifest);
        return 201;
    }

    private int Delete(string digest)
    {
        bool isThere = Manifests.TryRemove(digest, out byte[]? manifest);
        foreach (string tag in Manifests.Where(pair => pair.Value == manifest).Select(static pair => pair.Key))
        {
            Manifests.TryRemove(tag, out _);
        }

        return isThere ? 202 : 404;
    }

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
