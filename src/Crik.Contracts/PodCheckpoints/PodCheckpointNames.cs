namespace Crik.Contracts.PodCheckpoints;

/// <summary>Names on PodCheckpoints that several programs know.</summary>
public static class PodCheckpointNames
{
    /// <summary>With the value `true`, retention never deletes the object or its images.</summary>
    public const string PinnedLabel = "crik.dev/pinned";

    /// <summary>Keeps the object until its images are deleted from the registry.</summary>
    public const string ImageFinalizer = "crik.dev/image";

    /// <summary>
    /// The tag of a container's image. A push that is repeated finds the manifest that is already there. A tag has at most 128
    /// characters (OCI distribution); a UID has 36 and the name of a container at most 63.
    /// </summary>
    public static string Tag(string uid, string container) => $"{uid}-{container}";
}
