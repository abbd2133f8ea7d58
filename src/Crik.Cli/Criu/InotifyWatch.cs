namespace Crik.Criu;

/// <summary>A watch that crik took off for the dump and puts back, under the same number, after a restore.</summary>
internal sealed record InotifyWatch(int Pid, int Descriptor, int Number, uint Mask, string Path);
