using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crucible.Benchmarks.Client;

/// <summary>
/// One kept-alive connection that sends prepared bytes and blocks for the answer: on two cores the client must cost next
/// to nothing, or one measures the client.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _bytes = new byte[64 * 1024];
    private int _length;
    private int _body;

    public RawConnection(IPEndPoint address)
    {
        _socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 120_000 };
        _socket.Connect(address);
    }

    /// <summary>From sending the last request to the first byte of its answer.</summary>
    public TimeSpan FirstByte { get; private set; }

    /// <summary>From sending the last request to the last byte of its answer.</summary>
    public TimeSpan Whole { get; private set; }

    /// <summary>Head of the last answer.</summary>
    public string Head => Encoding.ASCII.GetString(_bytes, 0, _body);

    /// <summary>Body of the last answer as it came over the wire, compressed if it was; chunks are joined.</summary>
    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(_body, _length - _body);

    /// <summary>Sends and waits for the whole answer; returns its status.</summary>
    public int Send(ReadOnlySpan<byte> request)
    {
        (_length, _body) = (0, 0);
        var began = Stopwatch.GetTimestamp();
        while (request.Length > 0)
            request = request[_socket.Send(request)..];
        Receive();
        FirstByte = Stopwatch.GetElapsedTime(began);
        int end;
        while ((end = _bytes.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
            Receive();
        _body = end + 4;
        if (Header("Content-Length"u8) is { } count)
            while (_length < _body + count)
                Receive();
        else if (_bytes.AsSpan(0, _body).IndexOf("Transfer-Encoding: chunked"u8) > 0)
            Join();
        Whole = Stopwatch.GetElapsedTime(began);
        return Utf8Parser.TryParse(_bytes.AsSpan(9, 3), out int status, out _) ? status : throw new InvalidDataException("No status.");
    }

    /// <summary>Sends and requires 200.</summary>
    public void Must(ReadOnlySpan<byte> request)
    {
        if (Send(request) != 200)
            throw new InvalidOperationException($"Answered:\n{Head}{Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, 1000)])}");
    }

    public void Dispose() => _socket.Dispose();

    private void Receive()
    {
        if (_length == _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 4);
        var count = _socket.Receive(_bytes.AsSpan(_length));
        _length += count > 0 ? count : throw new IOException("The connection was closed.");
    }

    private int? Header(ReadOnlySpan<byte> name)
    {
        var head = _bytes.AsSpan(0, _body);
        var at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length + 2)..], out int value, out _) ? value : null;
    }

    // Chunks are moved together in place: size in hexadecimal, line end, bytes, line end; the last is empty.
    private void Join()
    {
        var (read, write) = (_body, _body);
        while (true)
        {
            int line;
            while ((line = _bytes.AsSpan(read, _length - read).IndexOf("\r\n"u8)) < 0)
                Receive();
            if (!Utf8Parser.TryParse(_bytes.AsSpan(read, line), out int size, out _, 'X'))
                throw new InvalidDataException("No chunk size.");
            read += line + 2;
            while (_length < read + size + 2)
                Receive();
            _bytes.AsSpan(read, size).CopyTo(_bytes.AsSpan(write));
            (read, write) = (read + size + 2, write + size);
            if (size == 0)
                break;
        }
        _length = write;
    }
}
