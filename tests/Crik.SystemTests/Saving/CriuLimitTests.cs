namespace Crik.SystemTests.Saving;

/// <summary>Tests programs that criu alone cannot save.</summary>
public sealed class CriuLimitTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    public void Processes_of_several_users_are_saved_without_further_capabilities(string level)
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
        AssertContinues(level, [], program);
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
        AssertContinues(level, [], program);
    }

    [LabFact]
    public void A_program_keeps_its_inotify_watches_except_those_on_processes()
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
                try:
                    open(f'/tmp/{n}', 'w').close()
                    events = os.read(inotify, 4096)
                except BlockingIOError: # an event that was not read when the tree was frozen is lost: then once more
                    open(f'/tmp/{n} again', 'w').close()
                    events = os.read(inotify, 4096)
                assert struct.unpack_from('i', events)[0] == watches[-1] and len(events) == 32, events
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        AssertContinues("basic", [], program);
    }

    [LabTheory]
    [InlineData("basic", false)]
    [InlineData("full", true)]
    public void System_V_shared_memory_of_several_users_stays_shared_and_keeps_its_key_at_the_full_level(string level, bool findsItAgain) =>
        AssertContinues(level, level == "basic" ? ["--env", "CRIK_SHARE_SYSV_MEMORY=true"] : [], SystemV(findsItAgain));

    [LabTheory]
    [Explains("System V semaphores and message queues are not saved")]
    public void A_warning_says_that_System_V_semaphores_are_not_saved_at_the_basic_level(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Python("import ctypes, time; assert ctypes.CDLL(None).semget(17, 1, 0o1600) >= 0; print('count 1', flush=True); time.sleep(1000)"));
        pod.WaitForCount(1);

        pod.End(143);

        Assert.Equal([1], images.Generations);
        pod.AssertSaid($"crik warning: {message}…SYS_ADMIN");
    }

    [LabFact]
    public void The_criu_of_Debian_13_saves_sockets_on_kernels_from_6_16_on()
    {
        string[] program = Programs.Python(
            """
            import socket, time
            socket.setdefaulttimeout(20)
            listener = socket.create_server(('0.0.0.0', 8080))
            datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            datagrams.bind(('::', 9000))
            def talk():
                with socket.create_connection(('127.0.0.1', 8080)) as client, listener.accept()[0] as server:
                    server.sendall(b'here')
                    assert client.recv(10) == b'here'
                datagrams.sendto(b'there', ('::1', 9000))
                assert datagrams.recv(10) == b'there'
            n = 0
            while True:
                n += 1
                try:
                    talk()
                except (AssertionError, OSError): # what was on its way when the tree was frozen is lost: then once more
                    talk()
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        AssertContinues("basic", ["--rootfs", Lab.RootFileSystemOf("trixie")], program);
    }

    /// <summary>
    /// A program with two shared segments, of root and of another user. Two processes increment each of them.
    /// </summary>
    private static string[] SystemV(bool findsItAgain) => Programs.Python(
        $$"""
        import ctypes, os, time
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        def segment(key):
            memory = libc.shmget(key, 8192, 0o1600)
            assert memory >= 0
            return ctypes.cast(libc.shmat(memory, None, 0), ctypes.POINTER(ctypes.c_int))
        mine = segment(17)
        if os.fork() == 0:
            if os.fork() == 0:
                os.setresgid(33, 33, 33)
                os.setresuid(33, 33, 33)
                theirs = segment(18)
                os.fork()
                while True:
                    theirs[0] += 1
                    time.sleep(0.01)
            while True:
                mine[1] += 1
                time.sleep(0.01)
        n = 0
        while True:
            n += 1
            mine[0] = n
            before = mine[1]
            while mine[1] == before:
                time.sleep(0.01)
            if {{(findsItAgain ? "True" : "False")}}:
                again = libc.shmat(libc.shmget(17, 0, 0), None, 0)
                assert ctypes.cast(again, ctypes.POINTER(ctypes.c_int))[0] == n
                libc.shmdt(ctypes.c_void_p(again))
            print('count', n, flush=True)
        """);

    private static void AssertContinues(string level, string[] options, string[] program)
    {
        using ImageDirectory images = new();
        images.RunGenerations(3, ["--level", level, .. options], program);
    }
}
