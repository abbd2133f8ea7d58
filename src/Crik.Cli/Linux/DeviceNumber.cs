namespace Crik.Linux;

/// <summary>The number of a device, or of the file system on it.</summary>
internal readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary>The form into which <c>makedev(3)</c> packs it for numbers of up to 12 and 20 bits; criu's images have this form.</summary>
    public ulong InUserSpace => ((ulong)Major << 8) | (Minor & 0xff) | ((ulong)(Minor & ~0xffu) << 12);

    /// <summary>The form that the kernel uses internally (MKDEV, include/linux/kdev_t.h); some files under <c>/proc</c> have this form.</summary>
    public ulong InKernel => ((ulong)Major << 20) | Minor;
}
