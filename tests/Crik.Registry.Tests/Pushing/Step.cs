namespace Crik.Registry.Tests.Pushing;

/// <summary>The requests that a repository is asked.</summary>
internal enum Step
{
    Token,
    Begin,
    Send,
    Status,
    Finish,
    Abandon,
    HasBlob,
    ReadBlob,
    PutManifest,
    GetManifest,
    DeleteManifest,
}
