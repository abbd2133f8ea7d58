namespace Crik.Criu;

/// <summary>
/// criu's RPC messages, by the field numbers of its images/rpc.proto. A request is a value: what it says can be tested
/// without criu.
/// </summary>
internal static class CriuRequest
{
    // enum criu_req_type
    public const int Dump = 1;
    public const int Restore = 2;
    public const int Notify = 6;
    public const int Features = 9;
    public const int Version = 10;

    /// <summary>Of <c>compress</c>: 0 is off, and others are refused by a criu that does not know them.</summary>
    private const int Lz4 = 1;

    // enum criu_cg_mode
    private const int CgroupsIgnored = 0;

    public static byte[] ForVersion() => new ProtoWriter().Number(1, Version).Flag(4, true).ToArray(); // keep_open: another request follows

    /// <summary>Whatever it is asked for, criu looks at the kernel for an answer, and keeps what it saw where it can.</summary>
    public static byte[] ForFeatures() => new ProtoWriter().Number(1, Features).Flag(4, true).Message(5, new ProtoWriter().Flag(1, false)).ToArray();

    public static byte[] ForDump(DumpOptions dump)
    {
        ProtoWriter options = Common(dump.Images, "dump.log", dump.Level)
            .Number(2, dump.Pid)
            .Flag(3, dump.LeaveRunning)
            .Flag(8, true)                  // file_locks
            .Flag(18, dump.Level == PrivilegeLevel.Full) // link_remap: files whose name went, but not their last link
            .Number(35, dump.GhostLimit)
            .Texts(36, dump.WatchedPaths)   // irmap_scan_paths
            .Texts(37, dump.External)
            .Flag(46, true)                 // tcp_skip_in_flight: nor those that nobody has accepted yet
            .Flag(50, true)                 // orphan_pts_master
            .Flag(52, true);                // tcp_close: connections are not taken along, and come back closed
        if (dump.Compress)
        {
            options.Number(73, Lz4);        // compress
        }

        return Request(Dump, options);
    }

    public static byte[] ForRestore(RestoreOptions restore)
    {
        ProtoWriter options = Common(restore.Images, "restore.log", restore.Level)
            .Flag(6, true)                  // evasive_devices
            .Text(13, "/")                  // root: for a program that has a mount namespace of its own
            .Flag(8, true)
            .Number(17, restore.Logs)       // work_dir_fd
            .Flag(18, restore.Level == PrivilegeLevel.Full)
            .Flag(26, true)                 // rst_sibling: the tree becomes the child of criu's parent, which is crik
            .Texts(37, restore.External)
            .Flag(50, true)
            .Flag(52, true);
        if (restore.Lazily)
        {
            options.Flag(48, true);         // lazy_pages
        }

        foreach ((string key, int descriptor) in restore.Inherited)
        {
            options.Message(27, new ProtoWriter().Text(1, key).Number(2, descriptor));
        }

        return Request(Restore, options);
    }

    /// <summary>The answer to one of criu's notifications.</summary>
    /// <param name="goOn">When false, criu undoes what it did: after a dump the tree runs on.</param>
    /// <param name="external">Further <c>--external</c> entries; read by criu for <c>query-ext-files</c> only.</param>
    public static byte[] ForNotify(bool goOn, IReadOnlyList<string> external)
    {
        ProtoWriter request = new ProtoWriter().Number(1, Notify);
        if (external.Count > 0)
        {
            request.Message(2, new ProtoWriter().Number(1, -1).Texts(37, external));
        }

        return request.Number(3, goOn ? 1 : 0).ToArray();
    }

    private static ProtoWriter Common(int images, string logFile, PrivilegeLevel level) => new ProtoWriter()
        .Number(1, images)
        .Number(9, 4)                       // log_level
        .Text(10, logFile)
        .Flag(12, true)                     // notify_scripts
        .Number(34, CgroupsIgnored)         // manage_cgroups_mode
        .Number(64, 3)                      // network_lock: SKIP; connections come back closed
        .Flag(67, level == PrivilegeLevel.Basic); // unprivileged

    private static byte[] Request(int type, ProtoWriter options) => new ProtoWriter().Number(1, type).Message(2, options).ToArray();
}

/// <summary>What a dump is asked for.</summary>
/// <param name="Images">Descriptor, in crik, of the directory for the images: criu opens it through <c>/proc</c>.</param>
/// <param name="GhostLimit">Bytes of a deleted, still open file that are taken along at most.</param>
/// <param name="WatchedPaths">Where criu looks for the names of watched files.</param>
internal sealed record DumpOptions(
    int Pid, int Images, PrivilegeLevel Level, bool LeaveRunning, long GhostLimit, IReadOnlyList<string> WatchedPaths, IReadOnlyList<string> External)
{
    /// <summary>Only for a criu that can: another one refuses.</summary>
    public bool Compress { get; init; }
}

/// <summary>What a restore is asked for.</summary>
/// <param name="Logs">Descriptor, in crik, of the directory for criu's log.</param>
/// <param name="Inherited">criu's keys for objects of the outside, and the descriptors, in criu, that stand in for them.</param>
internal sealed record RestoreOptions(
    int Images, int Logs, PrivilegeLevel Level, IReadOnlyList<string> External, IReadOnlyList<(string Key, int Descriptor)> Inherited)
{
    /// <summary>Pages come by a <see cref="LazyPagesProcess"/> that listens in the directory for the log.</summary>
    public bool Lazily { get; init; }
}

/// <summary>What criu sends: a notification, or the result.</summary>
/// <param name="Pid">In a restore's result and its later notifications: the root of the tree.</param>
/// <param name="Version">For example 40300, as criu counts: major × 10000 + minor × 100 + sublevel.</param>
internal sealed record CriuMessage(int Type, bool Success, string? Script, int Pid, int Errno, string? Error, int Version)
{
    public static CriuMessage Read(ReadOnlySpan<byte> packet)
    {
        CriuMessage message = new(0, false, null, 0, 0, null, 0);
        ProtoReader reader = new(packet);
        while (reader.Next())
        {
            message = reader.Field switch
            {
                1 => message with { Type = (int)reader.Number },
                2 => message with { Success = reader.Number != 0 },
                4 => message with { Pid = (int)ProtoReader.FindNumber(reader.Bytes, 1) },
                5 => message with { Script = FindText(reader.Bytes, 1), Pid = (int)ProtoReader.FindNumber(reader.Bytes, 2) },
                7 => message with { Errno = (int)reader.Number },
                9 => message with { Error = reader.Text },
                10 => message with
                {
                    Version = (int)((ProtoReader.FindNumber(reader.Bytes, 1) * 10000) + (ProtoReader.FindNumber(reader.Bytes, 2) * 100) + ProtoReader.FindNumber(reader.Bytes, 4)),
                },
                _ => message,
            };
        }

        return message;
    }

    private static string? FindText(ReadOnlySpan<byte> message, int field)
    {
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Text;
            }
        }

        return null;
    }
}
