using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Crucible.Benchmarks.Client;

/// <summary>Linux's own way to wait for thousands of sockets on one thread.</summary>
internal sealed class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint Readable = 1;
    private const int DoNotWait = 0x40;
    private const int MostAtOnce = 512;

    // struct epoll_event is packed on x64 alone.
    private static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int Data = Size - 8;

    private readonly int _epoll = epoll_create1(0);
    private readonly byte[] _events = new byte[MostAtOnce * Size];

    /// <summary>Waits for this socket from now on and reports it by this number.</summary>
    public void Watch(nint socket, int number)
    {
        var wanted = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, Readable);
        BinaryPrimitives.WriteInt32LittleEndian(wanted.AsSpan(Data), number);
        if (epoll_ctl(_epoll, Add, (int)socket, wanted) != 0)
            throw new InvalidOperationException("epoll_ctl failed.");
    }

    /// <summary>How many sockets have something to read, after at most this long.</summary>
    public int Wait(int milliseconds) => Math.Max(0, epoll_wait(_epoll, _events, MostAtOnce, milliseconds));

    /// <summary>The number of one of them.</summary>
    public int this[int index] => BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan(index * Size + Data));

    /// <summary>Bytes read without waiting; 0 when the other side closed, negative when there is nothing.</summary>
    public static int Receive(nint socket, Span<byte> into) => (int)recv((int)socket, ref MemoryMarshal.GetReference(into), into.Length, DoNotWait);

    public void Dispose() => close(_epoll);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int socket, byte[] wanted);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, byte[] events, int most, int milliseconds);

    [DllImport("libc")]
    private static extern nint recv(int socket, ref byte into, nint length, int flags);

    [DllImport("libc")]
    private static extern int close(int file);
}
