namespace Crik.Images;

/// <summary>
/// A checkpoint archive cannot become an image. The message says what is wrong and what to do. It does not name the
/// archive, because only the caller knows its path.
/// </summary>
public sealed class ImageException(ImageFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public ImageFailure Failure { get; } = failure;
}
