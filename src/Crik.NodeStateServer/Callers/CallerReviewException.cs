namespace Crik.NodeStateServer.Callers;

internal sealed class CallerReviewException(string message, Exception? inner = null) : Exception(message, inner);
