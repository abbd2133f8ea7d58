namespace Crik.Testing.Architecture;

/// <summary>One place where one type uses another.</summary>
/// <param name="User">The full name of the outermost type that the use stands in.</param>
/// <param name="Used">The full name of the outermost type that is used.</param>
/// <param name="Place">
/// The source file and its line as file:line, or the user's name if the debug information does not tell.
/// </param>
public sealed record TypeUse(string User, string Used, string Place);
