using Crik.Criu;
using Crik.Linux;

namespace Crik.Tests.Criu;

/// <summary>A criu of the basic level whose sessions play scripts, one after the other. A dump gets two small images.</summary>
internal sealed class ScriptedCriu : ICriu
{
    private readonly Queue<ScriptedSession> _planned = [];

    public ScriptedCriu(params IEnumerable<CriuEvent>[] scripts)
    {
        foreach (IEnumerable<CriuEvent> script in scripts)
        {
            Plan(new ScriptedSession(script));
        }
    }

    public CriuSetup Setup { get; init; } = new("/usr/sbin/criu", PrivilegeLevel.Basic, []);

    /// <summary>The sessions that were started, in order.</summary>
    public List<ScriptedSession> Started { get; } = [];

    /// <summary>Called before a session is started, for a criu that cannot be started.</summary>
    public Action? WhenStarting { get; set; }

    public void Plan(ScriptedSession session) => _planned.Enqueue(session);

    public bool? CanCompress() => false;

    public ICriuSession StartForDump(FileDescriptor output, bool shareSysvMemory)
    {
        string images = Path.GetDirectoryName(ProcFs.Link($"/proc/self/fd/{output.Number}"))!;
        File.WriteAllText(Path.Combine(images, "core-301.img"), "core");
        File.WriteAllText(Path.Combine(images, "pages-1.img"), "pages");
        return Next();
    }

    public CriuForRestore StartForRestore() => new(Next(), Libc.MakeMemoryFile("criu-output", []), runtime: null);

    public CriuForRestore StartEarly() => StartForRestore();

    private ScriptedSession Next()
    {
        WhenStarting?.Invoke();
        ScriptedSession session = _planned.TryDequeue(out ScriptedSession? planned) ? planned : throw new CriuException("no more criu is planned", []);
        Started.Add(session);
        return session;
    }
}
