namespace Crik.Tests;

/// <summary>
/// Says which folder of src/Crik.Cli may use which. A folder is a namespace. "Contracts" is the project Crik.Contracts,
/// "Program"
/// is the type Program, and "Basics" are the other types of the root folder, which every folder may use.
/// </summary>
internal static class Rooms
{
    public const string Basics = "Basics";
    public const string Program = "Program";

    /// <summary>
    /// The folders that each folder may use. An entry with a dot allows one type of a folder only. From the bottom to
    /// the top.
    /// </summary>
    public static readonly Dictionary<string, string[]> Allowed = new()
    {
        [Basics] = [],
        ["Linux"] = [],
        ["Json"] = ["Linux"],
        ["Diagnostics"] = ["Linux"],
        ["Configuration"] = ["Linux", "Contracts"],
        ["Init"] = ["Linux", "Diagnostics"],
        ["Files"] = ["Linux", "Json", "Diagnostics"],
        ["Criu"] = ["Linux", "Diagnostics", "Init"],
        ["Nodes"] = ["Linux", "Json", "Diagnostics", "Configuration", "Contracts"],
        ["Control"] = ["Linux", "Json", "Diagnostics", "Configuration", "Contracts"],

        // Store.Pod only carries the init and the streams, so that saving and restoring get the pod as one value.
        ["Store"] = ["Linux", "Json", "Diagnostics", "Init.IInit", "Init.StandardStreams", "Files", "Criu"],

        // What a checkpoint needs of the next pod, and what that pod will have.
        ["Proof"] = ["Linux", "Files", "Criu"],

        // A stamp of a file and a change between two stamps are values. Reading them is left to the callers.
        ["Policy"] = ["Linux", "Init.ExitStatus", "Init.GraceClock", "Configuration", "Contracts", "Files.FileStamp", "Files.FileChange", "Store", "Nodes", "Criu"],
        ["Save"] = ["Linux", "Json", "Diagnostics", "Init", "Configuration", "Files", "Criu", "Proof", "Store", "Policy"],
        ["Restore"] = ["Linux", "Json", "Diagnostics", "Init", "Configuration", "Files", "Criu", "Store", "Policy"],

        // The figures are values that the other rooms have measured.
        ["Metrics"] = ["Linux", "Diagnostics", "Contracts", "Control.RunStatus", "Store.RunTotals", "Store.CheckpointSize", "Restore.RestoreFigures"],
        ["Run"] =
        [
            "Linux", "Json", "Diagnostics", "Init", "Configuration", "Contracts", "Files", "Criu", "Nodes", "Control", "Store", "Policy", "Save", "Restore",
            "Metrics",
        ],
        ["Inspection"] = ["Linux", "Json", "Criu", "Proof", "Store"],
        ["Checks"] =
        [
            "Linux", "Json", "Diagnostics", "Init", "Configuration", "Contracts", "Files", "Criu", "Nodes", "Proof", "Store", "Policy", "Save",
            "Restore", "Inspection",
        ],
        ["CommandLine"] = ["Linux", "Configuration"],
        ["Tools"] =
        [
            "Linux", "Json", "Diagnostics", "Init", "Configuration", "Criu", "Control", "Store", "Policy", "Inspection", "Checks", "CommandLine",
        ],
        [Program] = ["Linux", "Diagnostics", "Init", "Configuration", "Run", "Checks", "Tools", "CommandLine"],
    };

    /// <summary>The folder of a type, by its full name.</summary>
    public static string Of(string type) => type.Split('.') switch
    {
        ["Crik", "Program"] => Program,
        ["Crik", _] => Basics,
        [_, var folder, ..] => folder,
        _ => throw new ArgumentException($"{type} is no type of crik."),
    };

    public static bool Allow(string user, string used) =>
        Of(used) is var room && (room == Of(user) || room == Basics || Allowed[Of(user)].Any(entry => entry == room || used == $"Crik.{entry}"));
}
