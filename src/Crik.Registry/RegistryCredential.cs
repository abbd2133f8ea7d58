namespace Crik.Registry;

/// <summary>A user name with its password, or an identity token for the registry's token server.</summary>
/// <param name="IdentityToken">An OAuth2 refresh token. Null where there is a password.</param>
public sealed record RegistryCredential(string User, string Password, string? IdentityToken = null)
{
    /// <summary>Nothing of it belongs into a log.</summary>
    public override string ToString() => "a credential";
}
