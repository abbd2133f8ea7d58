namespace Crik.NodeStateServer.Callers;

/// <summary>Decides whether a token is good. Outside of tests, this is the API server.</summary>
internal interface ITokenReviewer
{
    /// <exception cref="TokenReviewException">The reviewer gave no usable answer.</exception>
    Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken);
}
