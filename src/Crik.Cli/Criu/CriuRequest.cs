namespace Crik.Criu;

/// <summary>Encodes the requests of criu's RPC (criu's images/rpc.proto).</summary>
internal static class CriuRequest
{
    // enum criu_req_type
    public const int Dump = 1;
    public const int Restore = 2;
    public const int Notify = 6;
    public const int Features = 9;
    public const int Version = 10;

    /// <summary>The value of <c>compress</c> for LZ4; 0 is off, and a criu that does not know a value refuses it.</summary>
    private const int Lz4 = 1;

    // enum criu_cg_mode
    private const int CgroupsIgnored = 0;

    /// <summary>SKIP of enum criu_network_lock_method. A restore closes all connections, so criu need not lock the network.</summary>
    private const int NetworkIsNotLocked = 3;

    /// <summary>At this level criu's log has everything that explains an error.</summary>
    private const int LogLevelDebug = 4;

    public static byte[] ForVersion() => new ProtoWriter().Number(Field.Type, Version).Flag(Field.KeepOpen, true).ToArray();

    /// <summary>Makes criu examine the kernel. The answer does not matter: criu stores what it found out, and a later restore uses it.</summary>
    public static byte[] ForFeatures() => new ProtoWriter().Number(Field.Type, Features).Flag(Field.KeepOpen, true)
        .Message(Field.Features, new ProtoWriter()).ToArray();

    public static byte[] ForDump(DumpOptions dump)
    {
        ProtoWriter options = Common(dump.Images, dump.LogFile, dump.Level)
            .Number(Option.Pid, dump.Pid)
            .Flag(Option.LeaveRunning, dump.LeaveRunning)
            .Flag(Option.FileLocks, true)
            .Flag(Option.LinkRemap, dump.Level == PrivilegeLevel.Full) // saves files whose name was removed while another link remains
            .Number(Option.GhostLimit, dump.GhostLimit)
            .Texts(Option.WatchedPaths, dump.WatchedPaths)
            .Texts(Option.External, dump.External)
            .Flag(Option.TcpSkipInFlight, true) // leaves out connections that the program has not accepted yet
            .Flag(Option.OrphanTerminals, true)
            .Flag(Option.TcpClose, true); // leaves out connections; after a restore they are closed
        if (dump.Compress)
        {
            options.Number(Option.Compress, Lz4);
        }

        if (dump.ConfigFile is { } file)
        {
            options.Text(Option.ConfigFile, file);
        }

        return Request(Dump, options);
    }

    public static byte[] ForRestore(RestoreOptions restore)
    {
        ProtoWriter options = Common(restore.Images, restore.LogFile, restore.Level)
            .Flag(Option.EvasiveDevices, true)
            .Text(Option.Root, "/") // needed for a program with its own mount namespace
            .Flag(Option.FileLocks, true)
            .Number(Option.WorkDirectory, restore.Logs)
            .Flag(Option.LinkRemap, restore.Level == PrivilegeLevel.Full)
            .Flag(Option.Sibling, true) // the tree becomes the child of criu's parent, which is crik
            .Texts(Option.External, restore.External)
            .Flag(Option.OrphanTerminals, true)
            .Flag(Option.TcpClose, true)
            .Flag(Option.LazyPages, restore.Lazily);
        foreach ((string key, int descriptor) in restore.Inherited)
        {
            options.Message(Option.Inherited, new ProtoWriter().Text(Field.InheritedKey, key).Number(Field.InheritedDescriptor, descriptor));
        }

        return Request(Restore, options);
    }

    /// <summary>Encodes the answer to one of criu's notifications.</summary>
    /// <param name="goOn">When false, criu undoes what it did; during a dump it lets the tree run on.</param>
    /// <param name="external">Further <c>--external</c> entries. criu reads them only in the answer to <c>query-ext-files</c>.</param>
    public static byte[] ForNotify(bool goOn, IReadOnlyList<string> external)
    {
        ProtoWriter request = new ProtoWriter().Number(Field.Type, Notify);
        if (external.Count > 0)
        {
            request.Message(Field.Options, new ProtoWriter().Number(Option.Images, -1).Texts(Option.External, external));
        }

        return request.Number(Field.NotifySuccess, goOn ? 1 : 0).ToArray();
    }

    private static ProtoWriter Common(int images, string logFile, PrivilegeLevel level) => new ProtoWriter()
        .Number(Option.Images, images)
        .Number(Option.LogLevel, LogLevelDebug)
        .Text(Option.LogFile, logFile)
        .Flag(Option.NotifyScripts, true)
        .Number(Option.CgroupMode, CgroupsIgnored)
        .Number(Option.NetworkLock, NetworkIsNotLocked)
        .Flag(Option.Unprivileged, level == PrivilegeLevel.Basic);

    private static byte[] Request(int type, ProtoWriter options) => new ProtoWriter().Number(Field.Type, type).Message(Field.Options, options).ToArray();

    /// <summary>The fields of criu_req, and of the small messages in it.</summary>
    private static class Field
    {
        public const int Type = 1;
        public const int Options = 2;
        public const int NotifySuccess = 3;
        public const int KeepOpen = 4; // says that another request follows
        public const int Features = 5;

        public const int InheritedKey = 1; // of inherit_fd
        public const int InheritedDescriptor = 2;
    }

    /// <summary>The fields of criu_opts.</summary>
    private static class Option
    {
        public const int Images = 1; // images_dir_fd
        public const int Pid = 2;
        public const int LeaveRunning = 3;
        public const int EvasiveDevices = 6;
        public const int FileLocks = 8;
        public const int LogLevel = 9;
        public const int LogFile = 10;
        public const int NotifyScripts = 12;
        public const int Root = 13;
        public const int WorkDirectory = 17; // work_dir_fd
        public const int LinkRemap = 18;
        public const int Sibling = 26; // rst_sibling
        public const int Inherited = 27; // inherit_fd
        public const int CgroupMode = 34; // manage_cgroups_mode
        public const int GhostLimit = 35;
        public const int WatchedPaths = 36; // irmap_scan_paths
        public const int External = 37;
        public const int TcpSkipInFlight = 46;
        public const int LazyPages = 48;
        public const int OrphanTerminals = 50; // orphan_pts_master
        public const int ConfigFile = 51;
        public const int TcpClose = 52;
        public const int NetworkLock = 64;
        public const int Unprivileged = 67;
        public const int Compress = 73;
    }
}

/// <summary>The options of a dump that differ from one dump to the next.</summary>
/// <param name="Images">The descriptor, in crik, of the directory for the images. criu opens it through <c>/proc</c>.</param>
/// <param name="GhostLimit">The size in bytes up to which criu saves a file that was deleted while it is open.</param>
/// <param name="WatchedPaths">The directories in which criu looks for the names of watched files.</param>
internal sealed record DumpOptions(
    int Pid, int Images, PrivilegeLevel Level, bool LeaveRunning, long GhostLimit, IReadOnlyList<string> WatchedPaths, IReadOnlyList<string> External)
{
    /// <summary>The name of criu's log in the directory for the images.</summary>
    public required string LogFile { get; init; }

    /// <summary>The path of a file with options that the RPC lacks.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Whether criu compresses pages. A criu that cannot compress refuses such a request.</summary>
    public bool Compress { get; init; }
}

/// <summary>The options of a restore that differ from one restore to the next.</summary>
/// <param name="Logs">The descriptor, in crik, of the directory for criu's log.</param>
/// <param name="Inherited">criu's keys for files outside the tree, and the descriptors in criu that replace them.</param>
internal sealed record RestoreOptions(
    int Images, int Logs, PrivilegeLevel Level, IReadOnlyList<string> External, IReadOnlyList<(string Key, int Descriptor)> Inherited)
{
    /// <summary>The name of criu's log in the directory for it.</summary>
    public required string LogFile { get; init; }

    /// <summary>Whether a <see cref="LazyPagesProcess"/> brings the pages later. Its socket is in the directory for the log.</summary>
    public bool Lazily { get; init; }
}

/// <summary>Decodes a message from criu, which is a notification or the result of a request.</summary>
/// <param name="Script">The name of a notification.</param>
/// <param name="Version">criu's version as one number: major × 10000 + minor × 100 + sublevel, so 40300 for 4.3.</param>
internal sealed record CriuMessage(int Type, bool Success, string? Script, int Version)
{
    // criu_resp
    private const int TypeField = 1;
    private const int SuccessField = 2;
    private const int NotifyField = 5;
    private const int VersionField = 10;

    private const int ScriptField = 1; // of criu_notify
    private const int MajorField = 1; // of criu_version
    private const int MinorField = 2;
    private const int SublevelField = 4;

    public static CriuMessage Read(ReadOnlySpan<byte> packet)
    {
        CriuMessage message = new(0, false, null, 0);
        ProtoReader reader = new(packet);
        while (reader.Next())
        {
            message = reader.Field switch
            {
                TypeField => message with { Type = (int)reader.Number },
                SuccessField => message with { Success = reader.Number != 0 },
                NotifyField => message with { Script = ProtoReader.FindText(reader.Bytes, ScriptField) },
                VersionField => message with { Version = ReadVersion(reader.Bytes) },
                _ => message,
            };
        }

        return message;
    }

    private static int ReadVersion(ReadOnlySpan<byte> version) => (int)((ProtoReader.FindNumber(version, MajorField) * 10000)
        + (ProtoReader.FindNumber(version, MinorField) * 100) + ProtoReader.FindNumber(version, SublevelField));
}
