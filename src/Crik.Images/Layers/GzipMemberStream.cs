namespace Crik.Images.Layers;

/// <summary>
/// Compresses a stream with gzip. The result consists of independent members, which is a valid gzip file (RFC 1952,
/// section 2.2), so several processors can compress at the same time. The same input always gives the same bytes.
/// </summary>
internal sealed class GzipMemberStream(Stream plain, int processors) : ForwardStream
{
    private readonly Queue<Task<GzipMember>> _underWay = new();
    private readonly Stack<GzipMember> _free = new();
    private GzipMember? _current;
    private bool _readAll;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current is null or { IsTaken: true } && buffer.Length > 0)
        {
            if (_current is not null)
            {
                _free.Push(_current);
                _current = null;
            }

            while (!_readAll && _underWay.Count < processors)
            {
                await BeginMemberAsync(cancellationToken);
            }

            if (_underWay.Count is 0)
            {
                return 0;
            }

            _current = await _underWay.Dequeue();
        }

        return _current?.Take(buffer.Span) ?? 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            plain.Dispose(); // members that are still being compressed have their input in memory, and nobody waits for them
        }

        base.Dispose(disposing);
    }

    private async ValueTask BeginMemberAsync(CancellationToken cancellationToken)
    {
        GzipMember member = _free.Count > 0 ? _free.Pop() : new GzipMember();
        int length = await plain.ReadAtLeastAsync(member.Plain, GzipMember.PlainBytes, throwOnEndOfStream: false, cancellationToken);
        _readAll = length < GzipMember.PlainBytes;
        if (length > 0)
        {
            _underWay.Enqueue(Task.Run(() =>
            {
                member.Compress(length);
                return member;
            }, CancellationToken.None));
        }
    }
}
