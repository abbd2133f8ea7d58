namespace Crik.Proof;

/// <summary>What the next pod will have besides criu's images.</summary>
internal interface INextPod
{
    Supply Find(string path);

    /// <summary>Whether a path leads to something other than an empty directory.</summary>
    bool IsTaken(string path);

    /// <summary>Whether nobody can make a file at a path, because it is on a read-only mount.</summary>
    bool IsReadOnly(string path);

    /// <summary>Whether an interface of the pod has this address of IPv4.</summary>
    bool HasAddress(byte[] address);
}
