namespace Crik.SystemTests.Files;

/// <summary>Tests files that a checkpoint includes or needs, and arguments and names that are not UTF-8.</summary>
public sealed class AdditionalPathTests
{
    [LabFact]
    public void Additional_files_are_from_the_same_moment_as_the_memory()
    {
        // The program writes a number to two files and checks each time that both still hold the number that is in its
        // memory.
        string[] program = Programs.Python(
            """
            import os
            os.makedirs('/data', exist_ok=True)
            first = os.open('/data/first', os.O_RDWR | os.O_CREAT)
            last = os.open('/data/last', os.O_RDWR | os.O_CREAT)
            os.pwrite(first, b'%012d' % 0, 0)
            os.pwrite(last, b'%012d' % 0, 0)
            n = 0
            while True:
                for path, here in (('/data/first', first), ('/data/last', last)):
                    with open(path) as file:
                        seen = file.read()
                    assert int(seen) == n, (path, seen, n)
                n += 1
                os.pwrite(first, b'%012d' % n, 0)
                os.pwrite(last, b'%012d' % n, 0)
                if n % 1000 == 0:
                    print('count', n // 1000, flush=True)
            """);
        using ImageDirectory images = new();
        images.RunGenerations(3, ["--env", "CRIK_ADDITIONAL_PATHS=/data"], program);
    }

    [LabFact]
    public void Times_links_and_attributes_of_files_are_restored()
    {
        const string Make =
            """
            import os, socket, sys
            os.makedirs('/data/empty', exist_ok=True)
            open('/data/a', 'w').write('a'); os.link('/data/a', '/data/b')
            os.setxattr('/data/a', 'user.note', b'\x00\xff')
            os.setxattr('/data/empty', 'user.note', b'directory')
            open('/data/exe', 'w').write('x'); os.chmod('/data/exe', 0o4755)
            os.symlink('a', '/data/relative'); os.symlink('/nowhere', '/data/dangling'); os.lchown('/data/dangling', 5, 6)
            open('/data/-n $(id)\n*"', 'w').write('odd'); open(b'/data/latin-\xe9', 'w').write('latin'); open('/data/ünï', 'w').write('unicode')
            for i in range(300): open(f'/data/{i}', 'w').write(str(i))
            with open('/data/holes', 'w') as f: f.truncate(1 << 30); f.seek(1 << 29); f.write('middle')
            for p in (b'/data/a', b'/data/latin-\xe9', b'/data/empty', b'/data'): os.utime(p, ns=(1_000_000_001, 1_500_000_000_123_456_789))
            os.utime('/data/dangling', ns=(1, 2_000_000_003), follow_symlinks=False)
            """;
        const string Look =
            """
            import hashlib, os
            h = hashlib.sha256()
            for root, dirs, files in os.walk(b'/data'):
                for p in sorted([root] + [os.path.join(root, x) for x in dirs + files]):
                    s = os.lstat(p)
                    x = {k: os.getxattr(p, k, follow_symlinks=False) for k in os.listxattr(p, follow_symlinks=False)}
                    t = os.readlink(p) if os.path.islink(p) else open(p, 'rb').read() if os.path.isfile(p) and s.st_size < 1000000 else b''
                    line = repr((p, oct(s.st_mode), s.st_uid, s.st_gid, s.st_nlink, s.st_mtime_ns, x, t, s.st_blocks < 100))
                    h.update(line.encode())
                    if p[6:9] not in (b'', ) and not p[6:].isdigit(): print('file', line, flush=True)
            print('digest', h.hexdigest(), flush=True)
            """;
        string[] program = Programs.Python(
            $"import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\nexec({Quote(Make)})\nprint('count 1', flush=True)\nwhile True: signal.sigwait([signal.SIGUSR1]); exec({Quote(Look)}, {{}})");
        using ImageDirectory images = new();
        List<string[]> looks = [];
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_ADDITIONAL_PATHS=/data"], program);
            pod.WaitForLine(i == 0 ? "count 1" : "crik info: restored");
            pod.Kill("USR1");
            pod.WaitForLine("digest");
            looks.Add([.. pod.Output.Where(line => line.StartsWith("file", StringComparison.Ordinal) || line.StartsWith("digest", StringComparison.Ordinal))]);
            pod.End(143);
        }

        Assert.True(looks[0].Length > 10);
        Assert.Equal(looks[0], looks[1]);
        Assert.Equal(looks[0], looks[2]);
    }

    [LabFact]
    public void A_link_in_the_new_pod_does_not_redirect_a_restored_file()
    {
        using ImageDirectory images = new();
        foreach (string name in new[] { "volume", "outside" })
        {
            Directory.CreateDirectory(images.In(name));
        }

        File.WriteAllText(images.In("outside", "file"), "untouched");
        string[] options = ["--mount", $"{images.In("volume")}:/data", "--mount", $"{images.In("outside")}:/outside", "--env", "CRIK_ADDITIONAL_PATHS=/data"];
        string[] program = Programs.Shell("mkdir -p /data/sub; echo inside >/data/sub/file; echo inside >/data/file; " + Programs.Count);
        images.MakeCheckpoint(options, program);

        Directory.Delete(images.In("volume", "sub"), recursive: true);
        File.CreateSymbolicLink(images.In("volume", "sub"), "/outside");
        File.Delete(images.In("volume", "file"));
        File.CreateSymbolicLink(images.In("volume", "file"), "/outside/file");
        using Pod next = Pod.WithCheckpoints(images, options, program);
        next.WaitForLine("count");
        next.Kill();
        next.WaitForExit();

        Assert.Equal("untouched", File.ReadAllText(images.In("outside", "file")));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(images.In("outside")).Select(Path.GetFileName));
    }

    [LabFact]
    public void A_missing_additional_path_is_ignored()
    {
        using ImageDirectory images = new();
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_ADDITIONAL_PATHS=/not/there:/tmp"], Programs.Counter);
            pod.WaitForCount(2);
            pod.End(143);
        }
    }

    [LabTheory]
    [Explains("does not fit: file: …")]
    public void A_file_that_is_missing_in_the_new_pod_is_named_and_the_checkpoint_is_kept(string message)
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        string[] program = Programs.Shell("[ -e /opt/volume/file ] || echo x >/opt/volume/file; exec 5</opt/volume/file; " + Programs.Count);
        images.MakeCheckpoint(["--mount", $"{volume}:/opt/volume"], program, count: 2);

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=fail"], program);

        next.WaitForExit(123);
        next.AssertSaid($"crik error: checkpoint 1 {message}/opt/volume/file");
        Assert.Empty(images.Failed);
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [Explains("additionalPaths has …, which leads through the link …")]
    public void Additional_paths_that_lead_through_a_link_in_another_one_prevent_the_checkpoint(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(
            images, ["--env", "CRIK_ADDITIONAL_PATHS=/data:/data/link/inner"],
            Programs.Shell("mkdir -p /data /elsewhere/inner; ln -s /elsewhere /data/link; trap 'exit 3' TERM; " + Programs.Count));
        pod.WaitForCount(3);

        pod.End(3);
        pod.AssertSaid($"crik error: no checkpoint was made: {message}");
        Assert.Empty(images.Generations);
    }

    [LabTheory]
    [Explains("the copy of the additional paths or the sync of the image directory did not end within the grace period")]
    public void Copies_that_exceed_the_grace_period_are_given_up_and_the_program_is_unharmed(string message)
    {
        // The time has to be enough for criu on a busy machine, but not for the copy on a fast machine. So several
        // sizes are tried.
        foreach ((int seconds, string size) in new[] { (1, "1500M"), (2, "3G"), (4, "6G") })
        {
            using ImageDirectory images = new();
            using Pod pod = new(
                ["--image-dir", images.Path, "--tmpfs", "/big:7g", "--env", $"CRIK_GRACE_PERIOD={seconds}s", "--env", "CRIK_ADDITIONAL_PATHS=/big/file"],
                ["sh", "-c", $"head -c {size} /dev/zero >/big/file; exec crik run --image-dir /checkpoint -- python3 /programs/hold.py 5"]);
            pod.WaitForCount(2);

            pod.End(7);

            Assert.Contains("got TERM, memory whole", pod.Output);
            Assert.Empty(images.Generations);
            if (pod.HasSaid($"crik error: no checkpoint was made: {message}"))
            {
                return;
            }
        }

        Assert.Fail($"No grace period caused the message '{message}'.");
    }

    [LabTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Arguments_and_environment_reach_the_program_byte_for_byte(bool checkpoints)
    {
        const string Look = "import os, sys; print([os.fsencode(a) for a in sys.argv[1:]], {k: v for k, v in os.environb.items() if k.startswith(b'T_')})";
        string image = checkpoints ? "--image-dir /checkpoint" : "";
        string arguments = "-- -x '' ' ' \"$(printf 'latin-\\351')\" \"$(printf 'tab\\tnewline\\n.')\" '{0}' '%s' 'ünï'";
        string environment = "export T_LATIN=\"$(printf '\\351')\" T_EMPTY= T_NEWLINE=\"$(printf 'a\\nb')\" T_EQUALS=a=b=c; ";
        using ImageDirectory images = new();
        using Pod bare = new([], ["sh", "-c", $"{environment} exec python3 -c '{Look.Replace("'", "'\\''", StringComparison.Ordinal)}' {arguments}"]);
        using Pod under = new(
            ["--image-dir", images.Path], ["sh", "-c", $"{environment} exec crik run {image} -- python3 -c '{Look.Replace("'", "'\\''", StringComparison.Ordinal)}' {arguments}"]);

        bare.WaitForExit(0);
        under.WaitForExit(0);

        Assert.Equal(bare.Output, under.Output);
    }

    private static string Quote(string python) => $"r'''{python}'''";
}
