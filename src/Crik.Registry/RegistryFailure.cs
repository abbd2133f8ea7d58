namespace Crik.Registry;

/// <summary>Why a registry did not give, take or delete what it was asked to.</summary>
public enum RegistryFailure
{
    /// <summary>The text is no name of an image.</summary>
    BadName,

    /// <summary>The client may not ask this server: a loopback or link-local address, or plain HTTP.</summary>
    NotAllowed,

    /// <summary>The server cannot be reached, breaks off, or takes too long.</summary>
    NoAnswer,

    /// <summary>The certificate of the server is not signed by an authority that the client trusts.</summary>
    NotTrusted,

    /// <summary>The registry asks for credentials, or refuses those that were sent.</summary>
    NotAuthorized,

    /// <summary>The registry does not have the image or the repository.</summary>
    NotFound,

    /// <summary>The image is not there for the platform.</summary>
    NoSuchPlatform,

    /// <summary>The registry limits requests (429) or fails (5xx).</summary>
    Busy,

    /// <summary>The registry has no room: its disk is full, a quota is used up, or the upload is too large for it.</summary>
    Full,

    /// <summary>The registry does not offer this, or it is switched off there, as deletion often is.</summary>
    Unsupported,

    /// <summary>The answer is too large, has a wrong digest, or cannot be understood.</summary>
    BadAnswer,
}
