using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Crucible.Api;

namespace Crucible.Experiments.Exports;

/// <summary>UTF-8 gathered into pieces of 64 kB.</summary>
internal sealed class ExportText(Stream target)
{
    private const int Piece = 64 * 1024;
    private readonly ArrayBufferWriter<byte> _buffer = new(Piece + 4096);

    /// <summary>What is gathered, for a JSON writer.</summary>
    public IBufferWriter<byte> Buffer => _buffer;

    public bool IsFull => _buffer.WrittenCount >= Piece;

    public ValueTask FlushIfFull(CancellationToken cancel) => IsFull ? Flush(cancel) : default;

    public async ValueTask Flush(CancellationToken cancel)
    {
        await target.WriteAsync(_buffer.WrittenMemory, cancel);
        _buffer.ResetWrittenCount();
    }

    public void Add(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void Add(string text)
    {
        var span = _buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        _buffer.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    public void Add(long number)
    {
        Utf8Formatter.TryFormat(number, _buffer.GetSpan(24), out var written);
        _buffer.Advance(written);
    }

    /// <summary>The shortest text that reads back as the same number; <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>.</summary>
    public void Add(double number)
    {
        number.TryFormat(_buffer.GetSpan(40), out var written, default, CultureInfo.InvariantCulture);
        _buffer.Advance(written);
    }

    /// <summary>Milliseconds of the Unix epoch as RFC 3339 in UTC with milliseconds; as they are where they are no date.</summary>
    public void AddTime(long milliseconds)
    {
        if (ApiJson.Time(milliseconds) is not { } time)
        {
            Add(milliseconds);
            return;
        }
        // "O" has a fast path, and seven digits of which the last four are zeros.
        var span = _buffer.GetSpan(32);
        time.TryFormat(span, out _, "O", CultureInfo.InvariantCulture);
        span[23] = (byte)'Z';
        _buffer.Advance(24);
    }
}
