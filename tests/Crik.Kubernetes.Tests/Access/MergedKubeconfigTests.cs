using Crik.Kubernetes.Access;

namespace Crik.Kubernetes.Tests.Access;

public sealed class MergedKubeconfigTests : IDisposable
{
    private readonly TempDirectory _files = new();

    [Fact]
    public async Task The_first_file_with_an_entry_or_a_current_context_wins_and_missing_files_are_skipped()
    {
        Write("one", "clusters: [{ name: c, cluster: { server: 'https://one' } }]");
        Write("two", """
            current-context: x
            contexts: [{ name: x, context: { cluster: c, user: u } }]
            clusters: [{ name: c, cluster: { server: 'https://two', tls-server-name: two } }]
            users: [{ name: u, user: { tokenFile: ../token } }]
            """);
        Write("three", """
            current-context: y
            contexts: [{ name: x, context: { cluster: other } }, { name: y, context: { cluster: d } }]
            clusters: [{ name: d, cluster: { server: 'https://three' } }]
            """);
        _files.Write("token", "of-two");
        string all = $"{_files.In("nowhere")}:{_files.In("one/config")}::{_files.In("two/config")}:{_files.In("three/config")}";

        ClusterAccess access = ClusterAccess.Find(all, static _ => null);

        // An entry is taken whole: the TLS server name of the second file is not merged into the first one's cluster.
        Assert.Equal(("https://one/", null), (access.Server.AbsoluteUri, access.TlsServerName));
        Assert.Equal("of-two", (await access.Credentials.GetAsync(CancellationToken.None)).Authorization!.Parameter);
        Assert.Equal("https://three/", ClusterAccess.Find(all, static _ => null, "y").Server.AbsoluteUri);
        Assert.Contains("no context 'z'", Assert.Throws<ClusterConfigurationException>(() => ClusterAccess.Find(all, static _ => null, "z")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_which_none_exists_are_reported() =>
        Assert.Contains("none of these files exists", Assert.Throws<ClusterConfigurationException>(() => ClusterAccess.Find("/a/b:/c/d", static _ => null)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_user_may_have_a_password_and_act_as_another_one()
    {
        Write("one", """
            current-context: x
            contexts: [{ name: x, context: { cluster: c, user: u } }]
            clusters: [{ name: c, cluster: { server: 'https://one' } }]
            users: [{ name: u, user: { username: me, password: secret, as: jane, as-uid: "7", as-groups: [a, b], as-user-extra: { "acme.com/x": [y] } } }]
            """);

        ClusterAccess access = ClusterAccess.Find(_files.In("one/config"), static _ => null);

        Assert.Equal("Basic bWU6c2VjcmV0", $"{(await access.Credentials.GetAsync(CancellationToken.None)).Authorization}");
        Assert.Equal(
            ["Impersonate-User: jane", "Impersonate-Uid: 7", "Impersonate-Group: a", "Impersonate-Group: b", "Impersonate-Extra-acme.com%2Fx: y"],
            access.Impersonation.Select(header => $"{header.Key}: {header.Value}"));
    }

    public void Dispose() => _files.Dispose();

    private void Write(string directory, string text)
    {
        Directory.CreateDirectory(_files.In(directory));
        File.WriteAllText(_files.In(directory, "config"), text);
    }
}
