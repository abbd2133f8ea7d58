namespace Crik.Images;

/// <summary>Why a checkpoint archive cannot become an image.</summary>
public enum ImageFailure
{
    /// <summary>It is not a tar archive, or a header in it is damaged.</summary>
    NotAnArchive,

    /// <summary>It ends too early: whoever wrote it did not finish.</summary>
    Truncated,

    /// <summary>It, or something in it, is larger than the limits.</summary>
    TooLarge,

    /// <summary>It has a member that a container runtime does not write, such as a link or a name with `..`.</summary>
    Unsafe,

    /// <summary>It is an archive without what a checkpoint of a container consists of.</summary>
    NotACheckpoint,

    /// <summary>A document in it cannot be understood.</summary>
    BadDocument,

    /// <summary>It is not the same any more as when it was checked.</summary>
    Changed,

    /// <summary>The certificate has no key that layers can be encrypted for.</summary>
    BadCertificate,
}
