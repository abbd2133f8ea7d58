namespace Crik.ClusterTests;

/// <summary>The answer to a request that curl sent.</summary>
/// <param name="Status">The HTTP status, or 0 if curl got no answer.</param>
/// <param name="Body">The body, or the error message of curl if it got no answer.</param>
public sealed record Answer(int Status, string Body);
