using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Manifests;
using Crik.Pods;

namespace Crik.Kubectl.Commands;

/// <summary>Adds crik to manifests. The manifests go to standard output, and what was done to standard error.</summary>
internal static class InjectCommand
{
    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        IReadOnlyList<ManifestFile> files = await FilesAsync(invocation, terminal, cancellationToken);
        RegistryImages images = new(terminal.Environment);
        ManifestInjection injection = new(Settings(invocation), Entrypoints(invocation), images.ReadAsync);
        IReadOnlyList<ManifestReport> reports = await injection.ApplyAsync(files, cancellationToken);
        return await PrintAsync(files, reports, invocation, terminal);
    }

    public static async Task<IReadOnlyList<ManifestFile>> FilesAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken) =>
        invocation.All(CommandTable.Filename) is { Count: > 0 } paths
            ? await ManifestFile.ReadAsync(paths, terminal, cancellationToken)
            : throw new KubectlException("no manifests: name a file with -f FILE, or write -f - for standard input");

    /// <returns>False if something was to be changed and could not.</returns>
    public static async Task<bool> PrintAsync(IReadOnlyList<ManifestFile> files, IReadOnlyList<ManifestReport> reports, Invocation invocation, Terminal terminal)
    {
        if (invocation.Has(CommandTable.DryRun))
        {
            await terminal.PrintAsync(string.Concat(reports.Select(static report => report.Details())));
        }
        else
        {
            await terminal.PrintAsync(ManifestFile.Join(files));
            await terminal.PrintErrorAsync(string.Concat(reports.Select(static report => report.Line)));
        }

        if (reports.Count == 0)
        {
            await terminal.PrintErrorAsync($"nothing to {invocation.Command!.Name} was found\n");
        }

        return !reports.Any(static report => report.IsProblem);
    }

    private static InjectionSettings Settings(Invocation invocation)
    {
        InjectionSettings defaults = new(invocation.Value(CommandTable.BundleImage) ?? CommandTable.DefaultBundleImage);
        string? server = invocation.Value(CommandTable.NodeStateServer);
        return defaults with
        {
            Mode = invocation.Value(CommandTable.Bundle) == "init-container" ? BundleMode.InitContainer : BundleMode.ImageVolume,
            NodeStateServer = server is null ? null : Uri.TryCreate(server, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
                ? address : throw new KubectlException($"--node-state-server must be an http or https address, not '{server}'"),
            StorageClass = invocation.Value(CommandTable.StorageClass),
            StorageSize = invocation.Value(CommandTable.StorageSize) ?? defaults.StorageSize,
        };
    }

    /// <summary>Reads `--entrypoint '["nginx"]'` and `--entrypoint 'web=["nginx"]'`.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> Entrypoints(Invocation invocation)
    {
        Dictionary<string, IReadOnlyList<string>> entrypoints = [];
        foreach (string text in invocation.All(CommandTable.Entrypoint))
        {
            int equals = text.TrimStart().StartsWith('[') ? -1 : text.IndexOf('=', StringComparison.Ordinal);
            string[] words = Parse(text[(equals + 1)..]);
            entrypoints[equals < 0 ? "" : text[..equals]] = words.Length > 0 ? words
                : throw new KubectlException($"--entrypoint must be a JSON list of words, as in '[\"nginx\", \"-g\", \"daemon off;\"]', not '{text}'");
        }

        return entrypoints;
    }

    private static string[] Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonArray list && list.All(static word => word.Text() is not null) ? [.. list.Texts()] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
