namespace Crik.NodeStateServer.Callers;

/// <summary>Who can say whether a token is good: the API server, or what a test says.</summary>
internal interface ITokenReviewer
{
    /// <exception cref="TokenReviewException">There is no answer.</exception>
    Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken);
}

internal sealed class TokenReviewException(string message, Exception? inner = null) : Exception(message, inner);
