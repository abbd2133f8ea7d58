namespace Crik.Criu;

internal sealed record DescriptorHolder(int Pid, int Descriptor);
