namespace Crik.Hosting.Callers;

/// <summary>The API server gave no usable answer about a caller.</summary>
public sealed class CallerReviewException(string message, Exception? inner = null) : Exception(message, inner);
