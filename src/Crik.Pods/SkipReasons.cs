namespace Crik.Pods;

/// <summary>The reasons for which a pod is not injected. They are the reasons of Events, so they never change.</summary>
public static class SkipReasons
{
    /// <summary>The label `crik.dev/inject` is `false`.</summary>
    public const string OptedOut = "OptedOut";

    /// <summary>The object does not have the shape of a pod.</summary>
    public const string MalformedPod = "MalformedPod";

    /// <summary>An annotation has a value that cannot be used.</summary>
    public const string BadAnnotation = "BadAnnotation";

    /// <summary>A chosen container does not exist.</summary>
    public const string NoSuchContainer = "NoSuchContainer";

    /// <summary>The command is in the image, and the image's configuration could not be read.</summary>
    public const string CommandUnknown = "CommandUnknown";

    /// <summary>The API server could not be asked for the controller or the namespace of the pod.</summary>
    public const string FactsUnknown = "FactsUnknown";

    /// <summary>Neither the pod nor the image names a program.</summary>
    public const string NoCommand = "NoCommand";

    /// <summary>A DaemonSet's pods do not move to another node.</summary>
    public const string DaemonSet = "DaemonSet";

    /// <summary>The kubelet makes the pod from a file, and nobody else can change it.</summary>
    public const string StaticPod = "StaticPod";

    /// <summary>With `hostPID`, crik is not PID 1.</summary>
    public const string HostPid = "HostPid";

    /// <summary>With `shareProcessNamespace`, crik is not PID 1.</summary>
    public const string SharedProcessNamespace = "SharedProcessNamespace";

    /// <summary>The pod is for Windows.</summary>
    public const string NotLinux = "NotLinux";

    /// <summary>The pod is for nodes of an architecture that crik is not built for.</summary>
    public const string OtherArchitecture = "OtherArchitecture";

    /// <summary>Pod Security Admission of the namespace would refuse the injected pod.</summary>
    public const string PodSecurity = "PodSecurity";

    /// <summary>Nothing tells which pod takes the place of this one.</summary>
    public const string NoIdentity = "NoIdentity";

    /// <summary>A volume, a directory or a claim that injection needs is used for something else.</summary>
    public const string NameTaken = "NameTaken";

    /// <summary>What has to be recorded does not fit into the annotations of the pod.</summary>
    public const string TooLarge = "TooLarge";

    /// <summary>Whether it is one of these. An annotation of a pod can say anything.</summary>
    public static bool IsKnown(string reason) => reason is
        OptedOut or MalformedPod or BadAnnotation or NoSuchContainer or CommandUnknown or FactsUnknown or NoCommand or DaemonSet
            or StaticPod or HostPid or SharedProcessNamespace or NotLinux or OtherArchitecture or PodSecurity or NoIdentity or NameTaken
            or TooLarge;
}
