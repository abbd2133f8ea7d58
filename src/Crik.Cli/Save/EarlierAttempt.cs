using Crik.Criu;

namespace Crik.Save;

/// <summary>Tells the next attempt what a failed attempt found out.</summary>
/// <param name="Tree">The tree as it was when it was frozen.</param>
/// <param name="HasUndelivered">Whether it failed because the program had not received something that was sent to it.</param>
internal sealed record EarlierAttempt(FrozenTree? Tree, bool HasUndelivered);
