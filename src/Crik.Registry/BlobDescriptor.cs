namespace Crik.Registry;

/// <summary>A content that is in the repository, as manifests name it.</summary>
/// <param name="Digest">`sha256:` and hexadecimal digits.</param>
/// <param name="Size">In bytes.</param>
public sealed record BlobDescriptor(string Digest, long Size);
