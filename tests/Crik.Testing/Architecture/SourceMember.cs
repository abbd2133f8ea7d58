namespace Crik.Testing.Architecture;

/// <param name="Place">The source file and the line of the declaration, as file:line.</param>
/// <param name="Lines">How many lines the declaration and its body have.</param>
public sealed record SourceMember(string Place, int Lines);
