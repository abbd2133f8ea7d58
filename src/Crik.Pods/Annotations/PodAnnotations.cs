namespace Crik.Pods.Annotations;

/// <summary>The one table of annotations. The code reads by these names, and the table in docs/injection.md is compared with it.</summary>
public static class PodAnnotations
{
    public const string Prefix = "crik.dev/";
    public const string ConfigPrefix = "crik.dev/config.";

    public const string Containers = "crik.dev/containers";
    public const string GracePeriod = "crik.dev/grace-period";
    public const string Claim = "crik.dev/claim";
    public const string StorageClass = "crik.dev/storage-class";
    public const string StorageSize = "crik.dev/storage-size";
    public const string AccessMode = "crik.dev/access-mode";
    public const string Slots = "crik.dev/slots";
    public const string NodeStateServer = "crik.dev/node-state-server";
    public const string Bundle = "crik.dev/bundle";

    /// <summary>kubectl and others say with it which container people mean.</summary>
    public const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    public static IReadOnlyList<PodAnnotation> All { get; } =
    [
        new(Containers, "names, separated by commas, or `*`", $"`{DefaultContainer}`, or else the first", "The containers whose programs are saved."),
        new(GracePeriod, "a duration such as `5m`", "the pod's own above 30 s, or else the injector's",
            "How long the pod may take to end. A checkpoint has to fit into it."),
        new(Claim, "a name", "a new claim", "A PersistentVolumeClaim that exists. No claim is created then."),
        new(StorageClass, "a name", "the injector's, or else the cluster's", "The storage class of a new claim."),
        new(StorageSize, "a quantity such as `20Gi`", "the injector's", "The size of a new claim."),
        new(AccessMode, "`ReadWriteOnce`, `ReadWriteOncePod` or `ReadWriteMany`", "`ReadWriteMany` where pods share the claim, or else `ReadWriteOnce`",
            "The access mode of a new claim."),
        new(Slots, "1 to 1000", "the number of replicas", "How many pods can share the claim. Each has a slot of its own (`imageDirSlots`)."),
        new(NodeStateServer, "a URL, or `none`", "the injector's", "The address of the node state server."),
        new(Bundle, "`image-volume` or `init-container`", "the injector's", "How crik and criu come into the pod."),
        new(ConfigPrefix + "<key>", "as in the environment variable of the key", "crik's own", "Any other key of crik's configuration, such as `crik.dev/config.keep`."),
    ];
}
