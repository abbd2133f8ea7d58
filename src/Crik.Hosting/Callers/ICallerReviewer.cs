namespace Crik.Hosting.Callers;

/// <summary>Decides whose token this is and whether its owner may ask. Outside of tests, this is the API server.</summary>
public interface ICallerReviewer
{
    /// <param name="wanted">The rights that the owner needs, all of them.</param>
    /// <returns>Allowed, Refused or Forbidden.</returns>
    /// <exception cref="CallerReviewException">The reviewer gave no usable answer.</exception>
    Task<CallerVerdict> ReviewAsync(string token, IReadOnlyList<CallerAccess> wanted, CancellationToken cancellationToken);
}
