namespace Crik.NodeStateServer.Callers;

internal sealed class TokenReviewException(string message, Exception? inner = null) : Exception(message, inner);
