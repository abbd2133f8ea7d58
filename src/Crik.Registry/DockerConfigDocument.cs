namespace Crik.Registry;

/// <summary>The file config.json of Docker, as far as pull secrets have it.</summary>
internal sealed record DockerConfigDocument(Dictionary<string, DockerAuthDocument>? Auths);
