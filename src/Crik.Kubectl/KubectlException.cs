namespace Crik.Kubectl;

/// <summary>A command cannot do what it was asked for. The message says why and what to try; it is printed after `error: `.</summary>
internal class KubectlException(string message, Exception? inner = null) : Exception(message, inner);
