using Crik.Registry;

namespace Crik.Pods.Planning;

/// <summary>
/// The command and arguments of a container under crik. Kubernetes takes `command` for ENTRYPOINT and `args` for CMD, and
/// ignores CMD when the pod has a command (Kubernetes: "Define a Command and Arguments for a Container").
/// </summary>
/// <param name="Command">Null if the container runs crik already.</param>
/// <param name="Arguments">Null if `args` stays as it is.</param>
internal sealed record WrappedCommand(IReadOnlyList<string>? Command, IReadOnlyList<string>? Arguments, string Reason)
{
    /// <summary>The words in front of the program.</summary>
    public static IReadOnlyList<string> Crik { get; } = [PodNames.CrikProgram, "run", "--"];

    /// <param name="image">The configuration of the container's image. Null if it is not known.</param>
    /// <returns>Null if neither the pod nor the image names a program.</returns>
    public static WrappedCommand? Of(TargetContainer container, ImageConfiguration? image)
    {
        if (container.Command.Count > 0)
        {
            return RunsCrik([.. container.Command, .. container.Arguments]) ? new WrappedCommand(null, null, "")
                : new WrappedCommand([.. Crik, .. container.Command], null, "crik starts the program, and is PID 1 of the container.");
        }

        IReadOnlyList<string> entrypoint = image?.Entrypoint ?? [];
        bool takesCommand = container.Arguments.Count == 0;
        IReadOnlyList<string> command = takesCommand ? image?.Command ?? [] : [];
        if (RunsCrik([.. entrypoint, .. command]))
        {
            return new WrappedCommand(null, null, "");
        }

        return entrypoint.Count + command.Count + container.Arguments.Count == 0 ? null : new WrappedCommand(
            [.. Crik, .. entrypoint.Select(Literal)],
            command.Count > 0 ? [.. command.Select(Literal)] : null,
            "crik starts the program that the image names, and is PID 1 of the container.");
    }

    /// <summary>Whether a command with its arguments starts `crik run`, at any path. Options before `run` have no values.</summary>
    public static bool RunsCrik(IReadOnlyList<string> words) =>
        words is [var program, ..] && program[(program.LastIndexOf('/') + 1)..] is "crik" && words.Skip(1).FirstOrDefault(word => !word.StartsWith('-')) is "run";

    /// <summary>
    /// The kubelet replaces `$(NAME)` in the command and the arguments of a pod and takes `$$` for `$`, but leaves those
    /// of the image as they are (k8s.io/kubernetes/third_party/forked/golang/expansion).
    /// </summary>
    internal static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
}
