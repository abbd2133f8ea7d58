namespace Crik.NodeStateServer.Pods;

internal sealed class PodSourceException(string message, Exception? inner = null) : Exception(message, inner);
