using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Manifests;

namespace Crik.Kubectl.Commands;

/// <summary>Removes from manifests what `inject` has added.</summary>
internal static class UninjectCommand
{
    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        IReadOnlyList<ManifestFile> files = await InjectCommand.FilesAsync(invocation, terminal, cancellationToken);
        return await InjectCommand.PrintAsync(files, ManifestRemoval.Apply(files), invocation, terminal);
    }
}
