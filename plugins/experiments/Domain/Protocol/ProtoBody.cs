using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>
/// The body or query of a request, read by proto-JSON's rules. Absent and null are the same; getters answer null and
/// collect what is wrong, so an endpoint reads all it needs and then asks once for <see cref="Error"/>.
/// </summary>
/// <remarks>Unknown fields are ignored; of duplicate keys the last one counts; a body may be a JSON string that holds JSON.</remarks>
public sealed class ProtoBody
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly bool _query;
    private readonly List<ProtocolError> _errors;

    private ProtoBody(JsonElement json, string path, bool query, List<ProtocolError> errors)
    {
        _object = json;
        _path = path;
        _query = query;
        _errors = errors;
    }

    /// <summary>A request without parameters.</summary>
    public static ProtoBody Empty => new(default, "", false, []);

    /// <summary>Reads a body. An empty one is an object without fields.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, out ProtoBody body, [NotNullWhen(false)] out ProtocolError? error)
    {
        body = Empty;
        error = null;
        if (utf8.Span.Trim(" \t\r\n"u8).IsEmpty)
            return true;
        if (!LenientJson.TryParse(utf8, out var root, out error))
            return false;
        if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            error = ProtocolError.Invalid("The request body must be a JSON object.");
        else
            body = new(root, "", false, []);
        return error is null;
    }

    /// <summary>Reads the query of a GET: every value is text, and a repeated key is a list.</summary>
    public static ProtoBody FromQuery(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var fields = query.GroupBy(q => q.Key).ToDictionary(
            q => Wording.Whole(q.Key),
            q => q.SelectMany(v => v.Value).Select(v => Wording.Whole(v ?? "")).ToArray());
        return new(JsonSerializer.SerializeToElement(fields), "", true, []);
    }

    /// <summary>The first thing that is wrong with what was read so far, or null.</summary>
    public ProtocolError? Error => _errors.Count == 0 ? null : _errors[0];

    /// <summary>Everything that is wrong with what was read so far.</summary>
    public IReadOnlyList<ProtocolError> Errors => _errors;

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => Field(name).ValueKind != JsonValueKind.Undefined;

    /// <summary>A text.</summary>
    public string? Text(string name) => Read(name, Field(name), ProtoValue.Text);

    /// <summary>A text that must be there and not empty; empty when it is not.</summary>
    public string RequiredText(string name) => Required(name, Text(name), "");

    /// <summary>An id of an experiment, which old clients send as a number.</summary>
    public string? Id(string name) => Read(name, Field(name), ProtoValue.Id);

    /// <summary>An id that must be there.</summary>
    public string RequiredId(string name) => Required(name, Id(name), "");

    /// <summary>The id of a run: <c>run_id</c>, or <c>run_uuid</c> as old clients say. Null when neither is there.</summary>
    public string? RunId() => Text("run_id") is { Length: > 0 } id ? id : Text("run_uuid");

    /// <summary>The id of a run, which must be there.</summary>
    public string RequiredRunId() => Required("run_id", RunId(), "");

    /// <summary>A whole number of 64 bits.</summary>
    public long? Int64(string name) => Read(name, Field(name), ProtoValue.Int64) is { } number ? number : null;

    /// <summary>A whole number that must be there.</summary>
    public long RequiredInt64(string name) => RequiredValue(name, Int64(name));

    /// <summary>A whole number of 32 bits.</summary>
    public int? Int32(string name)
    {
        if (Int64(name) is not { } number)
            return null;
        if (number is >= int.MinValue and <= int.MaxValue)
            return (int)number;
        _errors.Add(ProtocolError.Wrong(Path(name), $"{number}", "a whole number of 32 bits is wanted."));
        return null;
    }

    /// <summary>A number; NaN and infinities are numbers.</summary>
    public double? Double(string name) => Read(name, Field(name), ProtoValue.Double) is { } number ? number : null;

    /// <summary>A number that must be there.</summary>
    public double RequiredDouble(string name) => RequiredValue(name, Double(name));

    /// <summary>True or false.</summary>
    public bool? Flag(string name) => Read(name, Field(name), ProtoValue.Flag) is { } flag ? flag : null;

    /// <summary>A word of an enum, by name or number: give it to the enum's own reader.</summary>
    public string? Word(string name) => Id(name);

    /// <summary>A list of texts; empty when absent.</summary>
    public IReadOnlyList<string> Texts(string name) => List(name, ProtoValue.Text);

    /// <summary>A list of ids of experiments, as texts or numbers.</summary>
    public IReadOnlyList<string> Ids(string name) => List(name, ProtoValue.Id);

    /// <summary>An object in a field.</summary>
    public ProtoBody? Item(string name) =>
        Read(name, Field(name), ProtoValue.Object) is { } json ? new(json, Path(name), _query, _errors) : null;

    /// <summary>A list of objects; empty when absent. What is wrong inside is reported as <c>name[3].field</c>.</summary>
    public IReadOnlyList<ProtoBody> Items(string name) =>
        [.. Elements(name).Select((json, at) => (Json: json, Name: $"{name}[{at}]"))
            .Where(e => Read(e.Name, e.Json, ProtoValue.Object) is not null)
            .Select(e => new ProtoBody(e.Json, Path(e.Name), _query, _errors))];

    private string[] List(string name, ProtoValue.Getter<string> getter) =>
        [.. Elements(name).Select((json, at) => Read($"{name}[{at}]", json, getter)).OfType<string>()];

    private IEnumerable<JsonElement> Elements(string name)
    {
        var json = Field(name, list: true);
        if (json.ValueKind == JsonValueKind.Array)
            return json.EnumerateArray();
        if (json.ValueKind != JsonValueKind.Undefined)
            _errors.Add(ProtocolError.Wrong(Path(name), json.GetRawText(), "a list is wanted."));
        return [];
    }

    private JsonElement Field(string name, bool list = false)
    {
        if (_object.ValueKind != JsonValueKind.Object || !_object.TryGetProperty(name, out var json) || json.ValueKind == JsonValueKind.Null)
            return default;
        // A query knows lists only; of a repeated single value the last counts, and an empty one is as good as none.
        if (_query && !list && json.ValueKind == JsonValueKind.Array)
            return json.GetArrayLength() == 0 || json[json.GetArrayLength() - 1].ValueEquals("") ? default : json[json.GetArrayLength() - 1];
        return json;
    }

    private T? Read<T>(string name, JsonElement json, ProtoValue.Getter<T> getter)
    {
        if (json.ValueKind == JsonValueKind.Undefined)
            return default;
        var value = getter(json, out var wanted);
        if (value is null)
            _errors.Add(ProtocolError.Wrong(Path(name), json.GetRawText(), wanted));
        return value;
    }

    private string Required(string name, string? value, string otherwise)
    {
        if (!string.IsNullOrEmpty(value))
            return value;
        Missing(name);
        return otherwise;
    }

    private T RequiredValue<T>(string name, T? value)
        where T : struct
    {
        if (value is null)
            Missing(name);
        return value ?? default;
    }

    // One field, one complaint: a wrong value has been reported already.
    private void Missing(string name)
    {
        var marker = $"'{Path(name)}'";
        if (!_errors.Any(e => e.Message.Contains(marker, StringComparison.Ordinal)))
            _errors.Add(ProtocolError.Missing(Path(name)));
    }

    private string Path(string name) => _path.Length == 0 ? name : $"{_path}.{name}";
}
