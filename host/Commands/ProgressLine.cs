using System.Diagnostics;
using System.Globalization;

namespace Crucible.Host.Commands;

/// <summary>One line that changes in place, for whoever sits before a terminal; a file or a pipe gets none of it.</summary>
internal sealed class ProgressLine(bool shown) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private const string Clear = "\r\u001b[K";
    private long _last;

    public ProgressLine() : this(!Console.IsErrorRedirected)
    {
    }

    public void Report(double done, double total, string what)
    {
        if (!shown || Stopwatch.GetElapsedTime(_last) < Pause)
            return;
        _last = Stopwatch.GetTimestamp();
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"{Clear}{(total > 0 ? Math.Floor(100 * Math.Min(1, done / total)) : 0),3}%  {what}"));
    }

    public void Dispose()
    {
        if (shown)
            Console.Error.Write(Clear);
    }
}
