namespace Crik.Operator.Configuration;

/// <summary>How the operator works on MigrationPolicies.</summary>
internal sealed record PolicyOptions
{
    /// <summary>Whether it works on them at all.</summary>
    public bool IsOn { get; init; }

    /// <summary>
    /// The service account whose tokens kubelets get. It may only read their summaries: a kubelet of which somebody has taken
    /// possession must not get a token of the operator. Null: kubelets are not asked.
    /// </summary>
    public string? KubeletAccount { get; init; }

    public int KubeletPort { get; init; } = 10250;

    /// <summary>The authorities of the kubelets' certificates. Null: those of the cluster.</summary>
    public string? KubeletCaFile { get; init; }

    /// <summary>Whether a kubelet may have any certificate.</summary>
    public bool SkipsKubeletTls { get; init; }

    /// <returns>What is wrong with the options, as sentences for the user.</returns>
    public IEnumerable<string> Problems(bool movesPods)
    {
        if (IsOn && !movesPods)
        {
            yield return "--migration-policies: needs --migration, because policies create PodMigrations";
        }

        if (KubeletCaFile is not null && SkipsKubeletTls)
        {
            yield return "--kubelet-ca-file and --kubelet-skip-tls-verify: set one of them; with the second, certificates are not looked at";
        }
    }
}
