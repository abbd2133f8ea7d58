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
