namespace Crik.Hosting.Callers;

/// <summary>What is known about a token. One of the two always says something.</summary>
/// <param name="Verdict">The answer at once, or null when only a review can tell.</param>
internal readonly record struct KnownCaller(CallerVerdict? Verdict, bool IsToBeReviewed);
