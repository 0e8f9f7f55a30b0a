using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Crucible.Benchmarks.Processes;

/// <summary>A process that we started and that we end, by its id.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly Queue<string> _said = new();

    public ChildProcess(string file, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Each line it says.</summary>
    public event Action<string>? Said;

    /// <summary>Its last lines, for the sentence about its end.</summary>
    public string Tail
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    public double CpuMilliseconds => ProcessUse.Cpu(Id);

    public long Rss => ProcessUse.Rss(Id);

    /// <summary>Lets it know that nobody has more to say to it.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            kill(Id, Terminate);
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null)
            return;
        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > 30)
                _said.Dequeue();
        }
        Said?.Invoke(line);
    }

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
