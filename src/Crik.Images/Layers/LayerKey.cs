using System.Security.Cryptography;

namespace Crik.Images.Layers;

/// <summary>The key of one layer, and the block at which the counter of its cipher begins. No other layer may get it.</summary>
internal sealed record LayerKey(byte[] Key, byte[] InitialBlock)
{
    public static LayerKey Random() => new(RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(16));

    /// <summary>Names nothing of it, so that no log can.</summary>
    public override string ToString() => nameof(LayerKey);
}
