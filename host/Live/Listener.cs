using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Crucible.Live;
using Crucible.Host.People;

namespace Crucible.Host.Live;

/// <summary>Why a stream is to end.</summary>
internal enum Farewell { None, SignedOut, Stopping }

/// <summary>One open stream: a page and the topics it shows.</summary>
internal sealed class Listener
{
    // Two seconds of the fastest lane. Whoever is further behind is told to refresh and catches up in one fetch.
    private const int Capacity = 16;

    private readonly Channel<Frame> _frames = Channel.CreateBounded<Frame>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Dictionary<Topic, long> _positions;
    private readonly ArrayBufferWriter<byte> _id = new(64);
    private volatile bool _behind;
    private volatile Farewell _farewell;
    private bool _idStale = true;

    public Listener(Access access, IEnumerable<KeyValuePair<Topic, long>> positions, bool screen)
    {
        Access = access;
        IsScreen = screen;
        _positions = new(positions);
    }

    /// <summary>Who listens, and the session or token that says so.</summary>
    public Access Access { get; }

    /// <summary>A show screen, which is pinged every three seconds.</summary>
    public bool IsScreen { get; }

    public IEnumerable<Topic> Topics => _positions.Keys;

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

    /// <summary>Writes until the browser leaves or the stream is ended. The only place that writes to this response.</summary>
    /// <param name="output">Unbuffered body of the response.</param>
    /// <param name="missed">What happened in each topic since the page was rendered.</param>
    /// <param name="at">Number of the newest change of each topic, for a listener that fell behind.</param>
    /// <param name="gone">The browser left.</param>
    public async Task Write(PipeWriter output, IReadOnlyList<Missed> missed, Func<Topic, long> at, CancellationToken gone)
    {
        foreach (var frame in missed.SelectMany(m => m.Frames))
            WriteFrame(output, frame);
        foreach (var topic in missed)
            _positions[topic.Topic] = topic.Seq;
        _idStale = true;
        foreach (var greeting in missed.Select(m => m.Greeting).OfType<Frame>())
            WriteFrame(output, greeting);
        if (missed.Any(m => m.TooFar))
            WriteFrame(output, Frame.RefreshAll);
        await output.FlushAsync(gone);

        while (await _frames.Reader.WaitToReadAsync(gone))
        {
            // Drain before flushing: one system call carries everything that waits.
            while (_frames.Reader.TryRead(out var frame))
                WriteFrame(output, frame);
            if (_behind)
            {
                _behind = false;
                foreach (var topic in _positions.Keys.ToArray())
                    _positions[topic] = Math.Max(_positions[topic], at(topic));
                _idStale = true;
                WriteFrame(output, Frame.RefreshAll);
            }
            if ((await output.FlushAsync(gone)).IsCompleted)
                return;
        }
        if (_farewell == Farewell.SignedOut)
        {
            output.Write("event: signout\ndata: 1\n\n"u8);
            await output.FlushAsync(gone);
        }
    }

    private void WriteFrame(PipeWriter output, Frame frame)
    {
        if (frame.Seq > 0)
        {
            if (!_positions.TryGetValue(frame.Topic, out var seen) || frame.Seq <= seen)
                return; // replayed already
            _positions[frame.Topic] = frame.Seq;
            _idStale = true;
        }
        if (frame.Last.Length == 0)
            return;
        output.Write(frame.Head.Span);
        output.Write(Id());
        output.Write(frame.Last.Span);
    }

    private ReadOnlySpan<byte> Id()
    {
        if (_idStale)
        {
            _idStale = false;
            _id.ResetWrittenCount();
            var line = string.Create(CultureInfo.InvariantCulture, $"id: {Cursor.Write(_positions)}\n");
            _id.Advance(Encoding.UTF8.GetBytes(line, _id.GetSpan(Encoding.UTF8.GetMaxByteCount(line.Length))));
        }
        return _id.WrittenSpan;
    }
}
