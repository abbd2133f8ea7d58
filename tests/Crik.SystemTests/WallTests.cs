namespace Crik.SystemTests;

/// <summary>What stops criu by itself, and what crik does about it.</summary>
public sealed class WallTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    public void Processes_of_several_users_need_no_further_capability(string level)
    {
        string[] program = Programs.Python(
            """
            import os, resource, socket, time
            def serve(end):
                while True:
                    end.recv(1)
                    end.send(repr((os.getresuid(), os.getresgid(), resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))).encode())
            def start(user):
                ours, theirs = socket.socketpair()
                if os.fork() == 0:
                    resource.setrlimit(resource.RLIMIT_NOFILE, (100 + user % 1000, 200 + user % 1000))
                    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
                    os.setgroups([])
                    os.setresgid(user, user, user)
                    os.setresuid(user, user, user)
                    serve(theirs)
                return ours
            def ask(end):
                end.send(b'?')
                return end.recv(1000)
            children = [start(user) for user in (0, 33, 1000, 65534)]
            first = [ask(child) for child in children]
            n = 0
            while True:
                n += 1
                assert [ask(child) for child in children] == first
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        Goes_on_for_generations(level, [], program);
    }

    [LabTheory]
    [InlineData("basic", "0")]
    [InlineData("nonroot", "0")]
    [InlineData("full", "2")]
    public void Io_uring_is_hidden_from_a_program_and_from_its_children(string level, string seccomp)
    {
        string[] program = Programs.Python(
            $$"""
            import ctypes, subprocess, time
            RING = 'import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.syscall(425, 8, ctypes.create_string_buffer(120)), ctypes.get_errno())'
            n = 0
            while True:
                n += 1
                libc = ctypes.CDLL(None, use_errno=True)
                assert libc.syscall(425, 8, ctypes.create_string_buffer(120)) == -1 and ctypes.get_errno() == 38
                assert 'Seccomp:\t{{seccomp}}\n' in open('/proc/self/status').read()
                if n % 4 == 1:
                    assert subprocess.check_output(['python3', '-c', RING], text=True) == '-1 38\n'
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        Goes_on_for_generations(level, [], program);
    }

    [LabFact]
    public void A_program_that_watches_everything_keeps_its_watches_and_loses_only_those_on_processes()
    {
        string[] program = Programs.Python(
            """
            import ctypes, os, struct, sys, time
            libc = ctypes.CDLL(None)
            inotify = libc.inotify_init1(os.O_NONBLOCK)
            def watch(path):
                return libc.inotify_add_watch(inotify, path.encode(), 0x100)
            watches = [watch(path) for path in ('/proc', '/proc/self', '/proc/1/net', '/proc/sys/kernel', '/sys/kernel', '/etc', '/tmp')]
            assert min(watches) > 0
            n = 0
            while True:
                n += 1
                open(f'/tmp/{n}', 'w').close()
                events = os.read(inotify, 4096)
                assert struct.unpack_from('i', events)[0] == watches[-1] and len(events) == 32, events
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        Goes_on_for_generations("basic", [], program);
    }

    private static void Goes_on_for_generations(string level, string[] options, string[] program)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level, .. options], program);
            pod.WaitForCount(last + 3);
            int code = pod.End();
            Assert.True(code == 143, pod.Said);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }
}
