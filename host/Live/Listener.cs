using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Crucible.Host.People;
using Crucible.Live;

namespace Crucible.Host.Live;

/// <summary>Why a stream is to end.</summary>
internal enum Farewell { None, SignedOut, Stopping }

/// <summary>One open stream: a page and the topics it shows.</summary>
internal sealed class Listener
{
    // Two seconds of the fastest lane. Whoever is further behind is told to refresh and catches up in one fetch.
    private const int Capacity = 16;

    private readonly Channel<Frame> _frames = Channel.CreateBounded<Frame>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    // In the order of a cursor's wire form, and where the stream stands in each.
    private readonly Topic[] _topics;
    private readonly long[] _positions;
    private volatile bool _behind;
    private volatile Farewell _farewell;

    public Listener(Access access, IEnumerable<Topic> topics, bool screen)
    {
        Access = access;
        IsScreen = screen;
        _topics = [.. topics.OrderBy(t => $"{t}=", StringComparer.Ordinal)];
        _positions = new long[_topics.Length];
    }

    /// <summary>Who listens, and the session or token that says so.</summary>
    public Access Access { get; }

    /// <summary>A show screen, which is pinged every three seconds.</summary>
    public bool IsScreen { get; }

    public IReadOnlyList<Topic> Topics => _topics;

    /// <summary>Hands over a frame; never waits.</summary>
    public void Offer(Frame frame)
    {
        if (!_frames.Writer.TryWrite(frame))
            _behind = true;
    }

    /// <summary>Ends the stream after what is already queued.</summary>
    public void End(Farewell why)
    {
        _farewell = why;
        _frames.Writer.TryComplete();
    }

    /// <summary>Brings the page up to date. First and once, and apart from <see cref="Write"/>: that lasts for hours and would keep it all.</summary>
    /// <param name="output">Unbuffered body of the response.</param>
    /// <param name="from">Where the page stands.</param>
    /// <param name="missed">What happened in each topic since the page was rendered.</param>
    public void Begin(PipeWriter output, Cursor from, IReadOnlyList<Missed> missed)
    {
        for (var i = 0; i < _topics.Length; i++)
            _positions[i] = from.Positions.GetValueOrDefault(_topics[i]);
        foreach (var frame in missed.SelectMany(m => m.Frames))
            WriteFrame(output, frame);
        foreach (var topic in missed)
            _positions[Array.IndexOf(_topics, topic.Topic)] = topic.Seq;
        foreach (var greeting in missed.Select(m => m.Greeting).OfType<Frame>())
            WriteFrame(output, greeting);
        if (missed.Any(m => m.TooFar))
            WriteFrame(output, Frame.RefreshAll);
    }

    /// <summary>Writes until the browser leaves or the stream is ended. With <see cref="Begin"/> the only place that writes to this response.</summary>
    /// <param name="output">Unbuffered body of the response.</param>
    /// <param name="at">Number of the newest change of each topic, for a listener that fell behind.</param>
    /// <param name="gone">The browser left.</param>
    public async Task Write(PipeWriter output, Func<Topic, long> at, CancellationToken gone)
    {
        await output.FlushAsync(gone);
        while (await _frames.Reader.WaitToReadAsync(gone))
        {
            // Drain before flushing: one system call carries everything that waits.
            while (_frames.Reader.TryRead(out var frame))
                WriteFrame(output, frame);
            if (_behind)
            {
                _behind = false;
                for (var i = 0; i < _topics.Length; i++)
                    _positions[i] = Math.Max(_positions[i], at(_topics[i]));
                WriteFrame(output, Frame.RefreshAll);
            }
            // It ends by itself when the connection does.
            if (gone.IsCancellationRequested || (await output.FlushAsync(CancellationToken.None)).IsCompleted)
                return;
        }
        if (_farewell == Farewell.SignedOut)
        {
            output.Write("event: signout\ndata: 1\n\n"u8);
            await output.FlushAsync(gone);
        }
    }

    // Runs for every listener of every change: it allocates nothing.
    private void WriteFrame(PipeWriter output, Frame frame)
    {
        if (frame.Seq > 0)
        {
            var topic = Array.IndexOf(_topics, frame.Topic);
            if (topic < 0 || frame.Seq <= _positions[topic])
                return; // replayed already
            _positions[topic] = frame.Seq;
        }
        if (frame.Last.Length == 0)
            return;
        output.Write(frame.Head.Span);
        WriteId(output);
        output.Write(frame.Last.Span);
    }

    // The same as Cursor.Write.
    private void WriteId(PipeWriter output)
    {
        output.Write("id: "u8);
        for (var i = 0; i < _topics.Length; i++)
        {
            const int Punctuation = 3;
            const int LongestNumber = 20;
            var (kind, key) = (_topics[i].Kind, _topics[i].Key); // ASCII, see Topic
            var part = output.GetSpan(kind.Length + key.Length + Punctuation + LongestNumber);
            var length = 0;
            if (i > 0)
                part[length++] = (byte)';';
            length += Encoding.ASCII.GetBytes(kind, part[length..]);
            part[length++] = (byte)':';
            length += Encoding.ASCII.GetBytes(key, part[length..]);
            part[length++] = (byte)'=';
            _positions[i].TryFormat(part[length..], out var digits, default, CultureInfo.InvariantCulture);
            output.Advance(length + digits);
        }
        output.Write("\n"u8);
    }
}
