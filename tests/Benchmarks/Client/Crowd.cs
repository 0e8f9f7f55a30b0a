using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crucible.Benchmarks.Client;

/// <summary>
/// Thousands of pages that listen: raw sockets, read by one thread. It knows no HTTP beyond the first answer; it looks for
/// a mark in what comes and for the empty line that ends the message, and notes when that was.
/// </summary>
internal sealed class Crowd : IDisposable
{
    private const int Headroom = 16; // what is kept of the bytes before, should a mark or a line end be cut in two
    private const int MarkLength = 10;
    private static ReadOnlySpan<byte> MarkBegin => "mark-"u8;

    private readonly Member[] _members;
    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = new byte[Headroom + 64 * 1024];
    private readonly long[][] _received;
    private readonly Thread _reader;
    private volatile bool _closed;
    private long _bytes;
    private long _deliveries;
    private int _lost;

    private Crowd(Member[] members, int marks)
    {
        _members = members;
        _received = [.. Enumerable.Range(0, marks).Select(_ => new long[members.Length])];
        for (var i = 0; i < members.Length; i++)
            _epoll.Watch(members[i].Handle, i);
        _reader = new(Read) { IsBackground = true, Name = "crowd" };
        _reader.Start();
    }

    /// <summary>The text to look for, as it stands in a message.</summary>
    public static string Mark(int number) => string.Create(CultureInfo.InvariantCulture, $"mark-{number:0000}.");

    public long Bytes => Interlocked.Read(ref _bytes);
    public long Deliveries => Interlocked.Read(ref _deliveries);

    /// <summary>How many streams the server ended.</summary>
    public int Lost => _lost;

    /// <summary>Opens all streams, eight at a time, each until its first comment has come.</summary>
    public static async Task<Crowd> Open(IPEndPoint address, int count, int marks, byte[] request, CancellationToken cancel)
    {
        var members = new Member[count];
        try
        {
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel }, (i, _) =>
            {
                members[i] = Member.Join(address, request);
                return ValueTask.CompletedTask;
            });
        }
        catch
        {
            foreach (var member in members)
                member?.Socket.Dispose();
            throw;
        }
        return new(members, marks);
    }

    /// <summary>Timestamps of when each listener had the message with this mark; 0 for one that has it not.</summary>
    public ReadOnlySpan<long> Received(int mark) => _received[mark];

    public void Dispose()
    {
        _closed = true;
        _reader.Join();
        _epoll.Dispose();
        foreach (var member in _members)
            member.Socket.Dispose();
    }

    private void Read()
    {
        while (!_closed)
            for (int i = 0, count = _epoll.Wait(100); i < count; i++)
                Read(_epoll[i]);
    }

    private void Read(int number)
    {
        var member = _members[number];
        var count = Epoll.Receive(member.Handle, _buffer.AsSpan(Headroom));
        if (count < 0)
            return;
        if (count == 0)
        {
            _lost++;
            member.Socket.Dispose(); // which also takes it out of epoll
            return;
        }
        Interlocked.Add(ref _bytes, count);
        member.Before.CopyTo(_buffer.AsSpan(Headroom - member.Before.Length));
        Look(number, member, _buffer.AsSpan(Headroom - member.Before.Length, member.Before.Length + count));
        member.Keep(_buffer.AsSpan(Headroom + count - Math.Min(Headroom, count), Math.Min(Headroom, count)));
    }

    private void Look(int number, Member member, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            if (member.Open < 0)
            {
                var at = bytes.IndexOf(MarkBegin);
                if (at < 0 || bytes.Length < at + MarkLength)
                    return;
                var mark = int.Parse(bytes.Slice(at + MarkBegin.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture);
                bytes = bytes[(at + MarkLength)..];
                if (mark <= member.Last)
                    continue; // the message holds it twice
                // What the newer message shows holds the older change too, when the host told both at once.
                (member.From, member.Open, member.Last) = (member.Last + 1, mark, mark);
            }
            var end = bytes.IndexOf("\n\n"u8);
            if (end < 0)
                return;
            var now = Stopwatch.GetTimestamp();
            for (var mark = member.From; mark <= member.Open; mark++)
                _received[mark][number] = now;
            Interlocked.Increment(ref _deliveries);
            member.Open = -1;
            bytes = bytes[(end + 2)..];
        }
    }

    private sealed class Member(Socket socket)
    {
        private readonly byte[] _kept = new byte[Headroom];
        private int _keptLength;

        public Socket Socket => socket;
        public nint Handle { get; } = socket.SafeHandle.DangerousGetHandle();

        /// <summary>The mark whose message has not ended yet; -1 for none.</summary>
        public int Open { get; set; } = -1;
        public int From { get; set; }
        public int Last { get; set; } = -1;
        public ReadOnlySpan<byte> Before => _kept.AsSpan(0, _keptLength);

        public void Keep(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_kept);
            _keptLength = bytes.Length;
        }

        public static Member Join(IPEndPoint address, byte[] request)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 120_000 };
            try
            {
                socket.Connect(address);
                socket.Send(request);
                var bytes = new byte[4096];
                var length = 0;
                while (bytes.AsSpan(0, length).IndexOf(": ok\n\n"u8) < 0)
                {
                    var count = socket.Receive(bytes.AsSpan(length));
                    length += count > 0 ? count : throw new IOException($"The stream was refused: {Encoding.UTF8.GetString(bytes.AsSpan(0, length))}");
                    if (!bytes.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8))
                        throw new IOException($"The stream was refused: {Encoding.UTF8.GetString(bytes.AsSpan(0, length))}");
                }
                return new(socket);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
