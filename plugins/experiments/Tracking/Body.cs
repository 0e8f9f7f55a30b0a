using System.Buffers;
using Crucible.Experiments.Domain.Protocol;
using Microsoft.AspNetCore.Http;

namespace Crucible.Experiments.Tracking;

/// <summary>A request's body in a pooled buffer that grows as bytes arrive, never beyond the limit.</summary>
internal sealed class Body : IDisposable
{
    /// <summary>Enough for a batch with every value at its limit.</summary>
    public const int Limit = 8 * 1024 * 1024;

    /// <summary>Enough for a dataset with a profile of 16 MB.</summary>
    public const int InputsLimit = 20 * 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Reads the body of a JSON request; false when it is over the limit.</summary>
    public async ValueTask<bool> Read(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit)
            return false;
        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(request.HttpContext.RequestAborted);
            if (_length + result.Buffer.Length > limit)
            {
                reader.AdvanceTo(result.Buffer.End);
                return false;
            }
            Append(result.Buffer);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return true;
        }
    }

    private void Append(in ReadOnlySequence<byte> bytes)
    {
        var needed = _length + (int)bytes.Length;
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    /// <summary>Why a body of this kind is not read; null when it is JSON or when there is none.</summary>
    public static ProtocolError? WrongKind(HttpRequest request)
    {
        if (request.ContentType is { } type && (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)))
            return null;
        var empty = request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding");
        return empty && request.Method != "POST"
            ? null
            : new(ErrorCode.BadRequest, $"Bad Request. Content-Type must be 'application/json', not '{request.ContentType}'.");
    }
}
