using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

internal ref partial struct LogBatchReader
{
    private string? ReadKey(List list, int index)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.String)
            return _keys.Intern(ref _json);
        Wrong($"{Name(list)}[{index}].key", "a string is wanted.");
        return null;
    }

    private string? ReadText(string path)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.String)
            return _json.GetString();
        Wrong(path, "a string is wanted.");
        return null;
    }

    private double? ReadDouble(int index)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Number)
            return _json.GetDouble();
        var number = _json.TokenType == JsonTokenType.String ? ProtoNumbers.ToDouble(_json.GetString()!) : null;
        if (number is null)
            Wrong($"metrics[{index}].value", "Please specify value as a valid double (64-bit floating point).");
        return number;
    }

    private long? ReadInt64(string field, int index)
    {
        _json.Read();
        var number = _json.TokenType switch
        {
            JsonTokenType.Number => _json.TryGetInt64(out var whole) ? whole : ProtoNumbers.ToInt64(_json.GetDouble()),
            JsonTokenType.String => ProtoNumbers.ToInt64(_json.GetString()!),
            _ => null,
        };
        if (number is null)
            Wrong($"metrics[{index}].{field}", "a whole number of 64 bits is wanted.");
        return number;
    }

    /// <summary>Reports the value the reader stands on, unless it is null (which is absence), and moves past it.</summary>
    private void Wrong(string path, string why)
    {
        if (_json.TokenType == JsonTokenType.Null)
            return;
        if (_error is not null)
        {
            _json.TrySkip();
            return;
        }
        var shown = _json.TokenType switch
        {
            JsonTokenType.StartObject => "{…}",
            JsonTokenType.StartArray => "[…]",
            JsonTokenType.String => JsonSerializer.Serialize(Wording.Cut(_json.GetString()!, 200)),
            _ => System.Text.Encoding.UTF8.GetString(_json.ValueSpan),
        };
        _error = ProtocolError.Wrong(path, shown, why);
        _json.TrySkip();
    }

    private static string Name(List list) => list switch
    {
        List.Metrics => "metrics",
        List.Params => "params",
        _ => "tags",
    };
}
