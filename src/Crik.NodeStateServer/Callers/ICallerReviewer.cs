namespace Crik.NodeStateServer.Callers;

/// <summary>Decides whose token this is and whether its owner may ask. Outside of tests, this is the API server.</summary>
internal interface ICallerReviewer
{
    /// <returns>Allowed, Refused or Forbidden.</returns>
    /// <exception cref="CallerReviewException">The reviewer gave no usable answer.</exception>
    Task<CallerVerdict> ReviewAsync(string token, CancellationToken cancellationToken);
}
