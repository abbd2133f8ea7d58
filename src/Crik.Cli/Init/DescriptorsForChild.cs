namespace Crik.Init;

/// <summary>
/// The descriptors that a child gets. Each is duplicated to a high number first, so that putting one in its place in the child does not
/// overwrite another that is still to be put in its place.
/// </summary>
internal sealed class DescriptorsForChild : IDisposable
{
    private readonly List<FileDescriptor> _copies = [];
    private readonly List<(int From, int To)> _pairs = [];

    public IReadOnlyList<(int From, int To)> Pairs => _pairs;

    /// <param name="number">The number in the child.</param>
    public void Add(int descriptor, int number)
    {
        FileDescriptor copy = Libc.DuplicateForChild(descriptor);
        _copies.Add(copy);
        _pairs.Add((copy.Number, number));
    }

    public void Dispose() => _copies.ForEach(copy => copy.Dispose());
}
