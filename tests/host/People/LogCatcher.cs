using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Crucible.Host.Tests.People;

/// <summary>Keeps every line that anything logs, down to trace.</summary>
internal sealed class LogCatcher : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Catcher(categoryName, Lines);

    public void Dispose() { }

    private sealed class Catcher(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var parts = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")) : "";
            lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception} | {parts}");
        }
    }
}
