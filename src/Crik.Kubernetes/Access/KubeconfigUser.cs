namespace Crik.Kubernetes.Access;

/// <summary>Reads the user of a kubeconfig: its credentials, and as whom it acts.</summary>
internal static class KubeconfigUser
{
    public static Credentials Credentials(KubeconfigEntry user, KubeconfigEntry cluster)
    {
        ConfiguredText? token = user.Text("tokenFile") is { } file ? ConfiguredText.FromFile(user.Resolve(file), TimeProvider.System)
            : user.Text("token") is { } text ? ConfiguredText.Fixed(text)
            : null;
        (string, string)? basic = user.Text("username") is { } name ? (name, user.Text("password") ?? "") : null;
        if (token is not null && basic is not null)
        {
            throw user.Problem("the user has a token and a username; remove one of them");
        }

        ConfiguredText? certificate = user.Data("client-certificate");
        ConfiguredText? key = certificate is null ? null : user.Data("client-key") ?? throw user.Problem("the user has a client-certificate but no client-key");
        if (token is null && basic is null && user.Part("exec") is { } exec)
        {
            return new ExecCredentials(ExecCommand.Read(exec, cluster), TimeProvider.System);
        }

        return token is null && basic is null && certificate is null && user.Part("auth-provider") is not null
            ? throw user.Problem("the user needs an auth-provider, which Kubernetes 1.26 removed; use exec, a token or a client certificate")
            : new ConfiguredCredentials { Token = token, Basic = basic, Certificate = certificate, Key = key };
    }

    /// <summary>See ImpersonationConfig in k8s.io/client-go.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Impersonation(KubeconfigEntry user)
    {
        if (user.Text("as") is { } name)
        {
            yield return KeyValuePair.Create("Impersonate-User", name);
        }

        if (user.Text("as-uid") is { } uid)
        {
            yield return KeyValuePair.Create("Impersonate-Uid", uid);
        }

        foreach (string group in user.Texts("as-groups"))
        {
            yield return KeyValuePair.Create("Impersonate-Group", group);
        }

        if (user.Part("as-user-extra") is { } extra)
        {
            foreach ((string key, string value) in extra.Keys().SelectMany(key => extra.Texts(key).Select(value => (key, value))))
            {
                // Keys may have characters that headers cannot have.
                yield return KeyValuePair.Create($"Impersonate-Extra-{Uri.EscapeDataString(key)}", value);
            }
        }
    }
}
