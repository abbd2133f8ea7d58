namespace Crik.Criu;

/// <summary>One of crik's own descriptors 0 to 2, as the tree shared it.</summary>
/// <param name="Stream">Its number in crik.</param>
/// <param name="Kind">pipe, tty, socket, file or device.</param>
/// <param name="Key">criu's name for it, for <c>--inherit-fd</c>.</param>
/// <param name="Holders">The tasks and their descriptors that share it.</param>
/// <param name="ImageIds">The ids of its open file descriptions in criu's images.</param>
internal sealed record StdioLink(int Stream, string Kind, string Key, IReadOnlyList<DescriptorHolder> Holders, IReadOnlyList<uint> ImageIds);

internal sealed record DescriptorHolder(int Pid, int Descriptor);
