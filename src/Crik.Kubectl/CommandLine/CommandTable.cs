namespace Crik.Kubectl.CommandLine;

/// <summary>The one table of commands and their options. The parser, the help, the completion and a test of the documents go by it.</summary>
internal static class CommandTable
{
    public const string Status = "status", Checkpoint = "checkpoint", Restore = "restore", List = "list", Inspect = "inspect", Rollback = "rollback", Explain = "explain",
        Inject = "inject", Uninject = "uninject", ShowVersion = "version", ShowCompletion = "completion", Help = "help";

    public const string Pod = "POD", SavedCheckpoint = "CHECKPOINT";

    public static CommandOption Namespace { get; } = new("--namespace", "NAMESPACE", "The namespace. The default is that of the context.", "-n");

    public static CommandOption Context { get; } = new("--context", "NAME", "The context of the kubeconfig.");

    public static CommandOption Kubeconfig { get; } = new("--kubeconfig", "FILE", "The kubeconfig file. The default is KUBECONFIG, then ~/.kube/config.");

    public static CommandOption ShowHelp { get; } = new("--help", null, "Print this text.", "-h");

    public static CommandOption AllNamespaces { get; } = new("--all-namespaces", null, "Look into all namespaces.", "-A");

    public static CommandOption Selector { get; } = new("--selector", "LABELS", "Only pods with these labels, as in app=web,tier!=cache.", "-l");

    public static CommandOption Container { get; } = new("--container", "CONTAINER", "The container. The default is the first one that runs under crik.", "-c");

    public static CommandOption LeaveRunning { get; } = new("--leave-running", null, "Let the program continue to run. Without this option it ends.");

    public static CommandOption Timeout { get; } = new("--timeout", "DURATION", "How long one pod may take to answer, such as 30s or 5m. The default is 10s.");

    public static CommandOption Filename { get; } = new("--filename", "FILE", "A file with manifests, or - for standard input.", "-f", Repeats: true);

    public static CommandOption Output { get; } = new("--output", "table|wide|json|yaml", "The format of the output.", "-o");

    public static CommandOption DryRun { get; } = new("--dry-run", null, "Only list the changes, each with its reason.");

    public static CommandOption Entrypoint { get; } =
        new("--entrypoint", "[CONTAINER=]JSON", "The ENTRYPOINT of the image, and its CMD if the container has no args, as in '[\"nginx\"]'. The registry is not asked then.", Repeats: true);

    public static string DefaultBundleImage => $"crik:{KubectlVersion.Number}";

    public static CommandOption BundleImage { get; } = new("--bundle-image", "IMAGE", $"The image that has /opt/crik, in your registry. The default is {DefaultBundleImage}.");

    public static CommandOption Bundle { get; } = new("--bundle", "image-volume|init-container", "How /opt/crik comes into the pod. image-volume, the default, needs Kubernetes 1.33 or newer.");

    public static CommandOption NodeStateServer { get; } = new("--node-state-server", "URL", "The address of the node state server, if there is one.");

    public static CommandOption StorageClass { get; } = new("--storage-class", "CLASS", "The storage class of new claims. The default is the cluster's.");

    public static CommandOption StorageSize { get; } = new("--storage-size", "SIZE", "The size of new claims. The default is 10Gi.");

    public static CommandOption Engine { get; } =
        new("--engine", "auto|crik|kubelet", "Who saves it: crik in the pod, the kubelet from outside, or auto: crik where it runs. Makes a PodCheckpoint.");

    public static CommandOption ToImage { get; } = new("--to-image", null, "Have the kubelet save it as an image in a registry: the same as --engine kubelet.");

    public static CommandOption DeletePod { get; } = new("--delete-pod", null, "Delete the pod as soon as it is saved. Makes a PodCheckpoint.");

    public static CommandOption Repository { get; } =
        new("--repository", "REPOSITORY", "Where images go, such as registry.example/team/checkpoints. The default is that of the node agent.");

    public static CommandOption EncryptionSecret { get; } = new("--encryption-secret", "SECRET", "A Secret of the type kubernetes.io/tls: images are encrypted for its certificate.");

    public static CommandOption NoWait { get; } = new("--no-wait", null, "Do not wait until the PodCheckpoint is complete.");

    public static CommandOption To { get; } = new("--to", "NODE", "The node. Without this option, the scheduler chooses among all nodes that can restore it.");

    public static CommandOption Name { get; } = new("--name", "NAME", "The name of the new pod. The default is that of the old one with -restored behind it.");

    public static CommandOption Fallback { get; } =
        new("--fallback", "fail|previous|fresh", "If it cannot be restored: make no pod, take an older checkpoint of the pod, or start the program afresh. The default is fail.");

    /// <summary>Options of every command.</summary>
    public static IReadOnlyList<CommandOption> Common { get; } = [Namespace, Context, Kubeconfig, ShowHelp];

    public static IReadOnlyList<CommandSpec> All { get; } =
    [
        new(Status, ["[POD...]"], "show the pods that run under crik",
            """
            Shows all pods that run under crik: the state of the program, its node and
            whether that goes away, the last checkpoint, what the program was restored from,
            and why the last checkpoint failed. Each pod is asked through `crik status` in
            it. A pod that cannot be asked has the reason in its row.

            """,
            """
            # The pods of one namespace, and of all namespaces
            kubectl crik status
            kubectl crik status -A -o wide

            """, AllNamespaces, Selector, Container, Timeout, Output),
        new(Checkpoint, ["POD..."], "make a checkpoint of a pod's program now",
            """
            Has the crik in the pod make a checkpoint, waits for it, and prints its number.
            The program ends with the checkpoint, and the pod with it, unless
            --leave-running is given.

            For a pod without crik, or with an option that says so, it creates a
            PodCheckpoint instead. The node agent then has the kubelet save the containers,
            and puts them into a registry as images, which are printed. The program
            continues to run.

            """,
            """
            # Make a checkpoint and let the program continue
            kubectl crik checkpoint train-0 --leave-running
            # Make an image of a pod that knows nothing of crik, and delete the pod
            kubectl crik checkpoint web-0 --to-image --delete-pod

            """, LeaveRunning, Container with { Repeats = true, Description = "The container. The default is the first one that runs under crik, and all of them for a PodCheckpoint." },
            Engine, ToImage, DeletePod, Repository, EncryptionSecret, NoWait,
            Timeout with { Description = "How long saving one container may take, such as 5m. The default is that of the node agent. Makes a PodCheckpoint." },
            Output with { Value = "json|yaml|name" }),
        new(Restore, [SavedCheckpoint], "make a pod from a checkpoint image",
            """
            Makes a pod that continues from a PodCheckpoint or from a checkpoint image: the
            old pod with the checkpoint in place of its image. The container runtime of the
            node restores it. Before, it looks whether the node can do that. If not, it says
            why and makes no pod. Look at the pod with --dry-run if you do not trust those
            who may write PodCheckpoints.

            """,
            """
            kubectl crik restore web-0-x7k2f --to worker-2
            kubectl crik restore web-0-x7k2f --fallback previous
            kubectl crik restore registry.example/checkpoints:web --dry-run -o yaml

            """, To, Name, Fallback, DryRun with { Description = "Only print the pod, as YAML or as -o says." }, Output with { Value = "json|yaml|name" }),
        .. MovingCommands.Using((To, Timeout, AllNamespaces, Output, Engine)),
        new(List, [Pod], "show the checkpoints of a pod",
            """
            Shows the checkpoints in the image directory of the pod, as `crik list` does, and
            below them the PodCheckpoints of the pod.

            """,
            """
            kubectl crik list train-0
            kubectl crik list train-0 -o json

            """, Container, Output with { Value = "table|json|yaml" }),
        new(Inspect, [Pod, "[GENERATION]"], "show what is in a checkpoint",
            """
            Shows what is in a checkpoint of the pod (the newest, when none is named), and
            whether it fits the node that the pod runs on, as `crik inspect` does.

            """,
            """
            kubectl crik inspect train-0 3 -o tree

            """, Container, Output with { Value = "table|tree|json|yaml" }),
        new(Rollback, [Pod, "GENERATION"], "go back to an older checkpoint",
            """
            Lets a program continue from an older checkpoint: scales its owner down, chooses
            the checkpoint with `crik rollback` in a short-lived pod, and scales up again.
            A Deployment, a ReplicaSet or a Job loses all its pods meanwhile. A StatefulSet
            is scaled down as far as the pod, which also ends the pods with higher numbers.
            They make a checkpoint and continue afterwards. Each step is reported. If
            something fails, the message says what state is left, and the same command
            continues from there.

            """,
            """
            # Which checkpoints are there? Go back to the second one.
            kubectl crik list train-0
            kubectl crik rollback train-0 2

            """, Container, Timeout with { Description = "How long each step may take, such as 10m. The default is the grace period of the pods and two minutes." }),
        new(Explain, ["[POD]"], "say whether a pod would survive its node",
            """
            Says whether the program of a pod would survive its node, and what is in the
            way: capabilities, seccomp, the rules of the namespace, the volume, the grace
            period, probes, several containers, GPUs, the node. For a running pod it adds
            what `crik check` says in it. What could not be read is listed. The exit code
            is 1 if something prevents it.

            """,
            """
            kubectl crik explain train-0
            kubectl crik explain deployment/web
            kubectl crik explain -f deployment.yaml

            """, Filename, Container, Output with { Value = "table|json|yaml" }),
        new(Inject, [], "add crik to manifests",
            """
            Reads manifests and prints them with crik added to each pod template. Comments,
            order and everything else stay as they are. What has crik already stays too.
            Where a container names no command, the ENTRYPOINT of its image is read from the
            registry, with the credentials of ~/.docker/config.json.

            """,
            """
            kubectl crik inject -f deployment.yaml | kubectl apply -f -
            kubectl crik inject -f deployment.yaml --dry-run
            helm template chart | kubectl crik inject -f - --entrypoint '["nginx"]'

            """, Filename, DryRun, Entrypoint, BundleImage, Bundle, NodeStateServer, StorageClass, StorageSize),
        new(Uninject, [], "remove crik from manifests",
            """
            Reads manifests and prints them without what `inject` has added. Claims for
            checkpoints that are manifests of their own are removed too.

            """,
            """
            kubectl crik uninject -f injected.yaml | kubectl apply -f -

            """, Filename, DryRun),
        new(ShowVersion, [], "print the version",
            """
            Prints the version of this program.

            """,
            """
            kubectl crik version

            """),
        new(ShowCompletion, ["bash|zsh|fish"], "print a completion script for a shell",
            """
            Prints a completion script for the name kubectl-crik. `kubectl crik` itself is
            completed by kubectl, if it finds kubectl_complete-crik beside kubectl-crik.

            """,
            """
            source <(kubectl crik completion bash)

            """),
        new(Help, ["[COMMAND]"], "print the help of a command",
            """
            Prints the help of a command, as `kubectl crik COMMAND --help` does.

            """,
            """
            kubectl crik help status

            """),
    ];

    public static CommandSpec? Find(string name) => All.FirstOrDefault(command => command.Name == name);
}
