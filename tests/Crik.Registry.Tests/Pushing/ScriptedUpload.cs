using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Crik.Registry.Tests.Pushing;

/// <summary>An upload of the scripted registry, which keeps the digest of what it got, and not the content.</summary>
internal sealed class ScriptedUpload
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public string Id { get; } = $"{Guid.NewGuid()}";

    public long Size { get; private set; }

    public string Digest => "sha256:" + Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Takes the body of a request, or the beginning of it.</summary>
    public async Task TakeAsync(HttpContext context, long most = long.MaxValue)
    {
        byte[] buffer = new byte[64 << 10];
        while (most > 0 && await context.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most))) is > 0 and var count)
        {
            _hash.AppendData(buffer, 0, count);
            Size += count;
            most -= count;
        }
    }
}
