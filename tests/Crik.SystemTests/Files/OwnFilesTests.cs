namespace Crik.SystemTests.Files;

/// <summary>Tests files of the container that a checkpoint includes without any configuration.</summary>
public sealed class OwnFilesTests
{
    [LabFact]
    public void Open_files_mapped_files_sockets_and_directories_move_to_every_next_pod()
    {
        string[] program = Programs.Python(
            """
            import mmap, os, socket, time
            os.makedirs('/var/new/deep', 0o700)
            os.chdir('/var/new/deep')
            log = open('/var/log/app.log', 'a+')
            shared = open('/dev/shm/shared', 'wb+')
            shared.truncate(4096)
            memory = mmap.mmap(shared.fileno(), 4096)
            shared.close()
            os.mkfifo('/tmp/fifo')
            os.chmod('/tmp/fifo', 0o620)
            fifo = os.open('/tmp/fifo', os.O_RDWR)
            os.write(fifo, b'unread')
            os.mkdir('/tmp/sockets', 0o700)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('/tmp/sockets/one')
            listener.listen()
            ghost = open('/var/new/ghost', 'w+')
            ghost.write('gone')
            ghost.flush()
            os.unlink('/var/new/ghost')
            n = 0
            while True:
                n += 1
                log.write('x')
                log.flush()
                assert os.path.getsize('/var/log/app.log') == n, 'log'
                memory[n % 4096] = 7
                assert open('/dev/shm/shared', 'rb').read().count(b'\x07') == n, 'shared memory'
                assert os.getcwd() == '/var/new/deep' and os.stat('/tmp/sockets').st_mode & 0o777 == 0o700 and os.stat('/tmp/fifo').st_mode & 0o777 == 0o620, 'modes'
                client = socket.socket(socket.AF_UNIX)
                client.connect('/tmp/sockets/one')
                listener.accept()
                if n % 5 == 0:
                    assert os.read(fifo, 100) == b'unread', 'fifo'
                    os.write(fifo, b'unread')
                ghost.seek(0)
                assert ghost.read() == 'gone', 'ghost'
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        images.RunGenerations(4, [], program);
    }

    [LabTheory]
    [Explains("N files that were changed in the container, N MiB, are not in the checkpoint", "500Mi", true)]
    [Explains("N files that were changed in the container, N MiB, are not in the checkpoint", "1Mi", false)]
    public void Changed_files_that_are_closed_move_to_the_next_pod_up_to_containerFilesLimit(string message, string limit, bool large)
    {
        const string Make = "mkdir -p /opt/a/b /opt/empty; echo x >/opt/a/b/file; ln -s b /opt/a/link; echo more >>/etc/issue; rm /etc/issue.net; mv /etc/debian_version /etc/moved; "
            + "chmod 600 /usr/share/doc/procps/copyright; dd if=/dev/urandom of=/opt/large bs=1M count=2 2>/dev/null; ";
        const string Look = "cd /; cat opt/a/link/file; cksum etc/issue etc/moved; stat -c '%n %a' opt/empty usr/share/doc/procps/copyright; cksum opt/large || echo no large";
        string[] program = Programs.Shell($"{Make} " + Programs.Count);
        string[] options = ["--env", $"CRIK_CONTAINER_FILES_LIMIT={limit}"];
        using ImageDirectory images = new();
        string before = "";
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, options, program);
            pod.WaitForCount((i * 3) + 1);
            string now = pod.Exec("sh", "-c", $"({Look}) 2>/dev/null");
            before = i == 0 ? now : before;
            if (large || i == 0)
            {
                Assert.Equal(before, now);
            }
            else
            {
                Assert.Equal(before.TrimEnd().Split('\n')[..^1].Append("no large"), now.TrimEnd().Split('\n'));
            }

            pod.WaitForCount((i * 3) + 4);
            pod.End(143);
            Assert.Equal(!large && i == 0, pod.HasSaid($"crik warning: {message}…containerFilesLimit; the largest is /opt/large"));
        }
    }

    [LabTheory]
    [Explains("N files that were changed in the container are not in the checkpoint, because their paths have more than N bytes")]
    public void A_file_with_a_path_that_is_too_long_for_the_kernel_is_left_out(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Python(
            """
            import os, time
            os.chdir('/opt')
            for _ in range(20):
                os.mkdir('d' * 250)
                os.chdir('d' * 250)
            open('file', 'w').write('x')
            os.chdir('/')
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """));
        pod.WaitForCount(3);

        pod.End(143);
        pod.AssertSaid($"crik warning: {message}");
        Assert.Equal([1], images.Generations);
    }

    [LabFact]
    public void A_restore_does_not_change_files_on_a_volume()
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        string[] options = ["--mount", $"{volume}:/work"];
        string[] program = Programs.Shell("echo then >/work/file; exec 5<>/work/file; " + Programs.Count);
        images.MakeCheckpoint(options, program, count: 2);

        File.WriteAllText(Path.Combine(volume, "file"), "now!\n");
        using Pod pod = Pod.WithCheckpoints(images, options, program);
        pod.WaitForLine("crik info: restored");
        pod.End(143);
        Assert.Equal("now!\n", File.ReadAllText(Path.Combine(volume, "file")));
    }
}
