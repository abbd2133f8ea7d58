namespace Crik.Operator.Certificates;

/// <summary>The next step of the leader for the keys of the webhook. After each step, it decides again.</summary>
internal enum KeyStep
{
    /// <summary>Nothing is to be done.</summary>
    Keep,

    /// <summary>Make a new authority. The certificate of the server stays, and the authority that signed it stays trusted.</summary>
    NewAuthority,

    /// <summary>Write the authorities into `caBundle` of the webhook's configuration.</summary>
    Publish,

    /// <summary>Make a new certificate of the server. Everybody trusts its authority by now.</summary>
    NewCertificate,

    /// <summary>Keep the current authority alone. All replicas have shown a certificate of it for long.</summary>
    DropOlderAuthorities,
}
