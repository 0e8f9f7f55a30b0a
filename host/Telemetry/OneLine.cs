using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;

namespace Crucible.Host.Telemetry;

/// <summary>
/// Keeps what people sent within its line of the log. A path, a name or a topic may hold line ends, which would forge a
/// line, and escape sequences, which the terminal of whoever reads the log would obey.
/// </summary>
internal sealed class OneLine : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? tamed = null;
        foreach (var (name, value) in logEvent.Properties)
            if (value is ScalarValue { Value: string text } && text.Any(IsWild))
                (tamed ??= []).Add(new(name, new ScalarValue(Tame(text))));
        foreach (var property in tamed ?? [])
            logEvent.AddOrUpdateProperty(property);
    }

    private static bool IsWild(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    private static string Tame(string text)
    {
        var tame = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            if (IsWild(c))
                tame.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                tame.Append(c);
        return tame.ToString();
    }
}
