namespace Crik.Proof;

/// <summary>Where the next pod has a file from.</summary>
internal enum Supply
{
    /// <summary>It is in the checkpoint, in the container's image or on a volume, or nothing shows that the next pod lacks it.</summary>
    Given,

    /// <summary>It must be in the container's image or on a volume, and crik cannot look there.</summary>
    Unseen,

    /// <summary>There is no such file even now.</summary>
    Nothing,

    /// <summary>It is a device file that was made in this container.</summary>
    MadeDevice,

    /// <summary>It was made in <c>/dev</c>, which is new in each container and of which crik saves nothing.</summary>
    MadeInDev,

    /// <summary>It is on a file system that was mounted since crik started.</summary>
    MadeMount,

    /// <summary>It was made or changed in this container and is not in the archive.</summary>
    NotSaved,
}
