namespace Crik.Init;

/// <summary>
/// The descriptors that a child gets. Each is duplicated to a high number first, so that putting one in its place in the child does not
/// overwrite another that is still to be put in its place.
/// </summary>
internal sealed class DescriptorsForChild : IDisposable
{
    private readonly List<(FileDescriptor Copy, int To)> _copies = [];

    public IReadOnlyList<(int From, int To)> Pairs => [.. _copies.Select(made => (made.Copy.Number, made.To))];

    /// <param name="number">The number in the child.</param>
    public void Add(int descriptor, int number) => _copies.Add((Libc.DuplicateForChild(descriptor), number));

    public void Dispose() => _copies.ForEach(made => made.Copy.Dispose());
}
