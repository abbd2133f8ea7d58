using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Registry;

namespace Crik.Kubectl.Manifests;

/// <summary>
/// The credentials for registries that `docker login` has stored: in ~/.docker/config.json (`auths`), or with a program
/// that the file names (`credHelpers`, `credsStore`). See cli/config/configfile of github.com/docker/cli.
/// </summary>
internal sealed class DockerConfiguration(string path, JsonObject content, CredentialHelper helper)
{
    /// <summary>Under which name credentials of Docker Hub are stored.</summary>
    private const string DockerHub = "https://index.docker.io/v1/";

    /// <returns>An empty configuration if there is no file.</returns>
    public static DockerConfiguration Load(Func<string, string?> environment, CredentialHelper helper)
    {
        string directory = environment("DOCKER_CONFIG") is { Length: > 0 } named ? named : Path.Combine(environment("HOME") ?? "/", ".docker");
        string path = Path.Combine(directory, "config.json");
        try
        {
            return new DockerConfiguration(path, File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? [] : [], helper);
        }
        catch (JsonException exception)
        {
            throw new KubectlException($"{path}: this is not valid JSON: {exception.Message}", exception);
        }
    }

    /// <exception cref="KubectlException">The file or the program that it names is wrong.</exception>
    public async Task<RegistryCredentials> ForAsync(ImageReference image, CancellationToken cancellationToken)
    {
        RegistryCredentials credentials = new();
        string server = image.Registry == "docker.io" ? DockerHub : image.Registry;
        string? program = content.Text("credHelpers", image.Registry) ?? content.Text("credHelpers", server) ?? content.Text("credsStore");
        JsonObject? stored = program is null ? null : await helper.GetAsync(program, server, cancellationToken);
        JsonObject auths = stored is null ? content.At("auths")?.DeepClone() as JsonObject ?? [] : new JsonObject { [server] = Auth(stored) };
        try
        {
            credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes(new JsonObject { ["auths"] = auths }.ToJsonString()));
            return credentials;
        }
        catch (FormatException exception)
        {
            throw new KubectlException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>The user name &lt;token&gt; says that the secret is an identity token.</summary>
    private static JsonObject Auth(JsonObject stored) => stored.Text("Username") == "<token>"
        ? new JsonObject { ["identitytoken"] = stored.Text("Secret") }
        : new JsonObject { ["username"] = stored.Text("Username"), ["password"] = stored.Text("Secret") };
}
