using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Tracking;

/// <summary>Lists of <c>{key, value}</c>, checked and cut as they are kept.</summary>
internal static class Pairs
{
    /// <summary>The list <c>tags</c>; of a repeated key the last one counts.</summary>
    public static ProtocolError? Tags(ProtoBody ask, out List<Entry> tags)
    {
        tags = [];
        var last = new OrderedDictionary<string, string>();
        var items = ask.Items("tags");
        for (var i = 0; i < items.Count; i++)
        {
            var key = items[i].RequiredText("key");
            var value = items[i].Text("value") ?? "";
            if ((ask.Error ?? Limits.CheckKey(key, $"tags[{i}].key")
                ?? Limits.CheckTagValue(value, out value, $"tags[{i}].value")) is { } refusal)
                return refusal;
            last[key] = value;
        }
        tags = [.. last.Select(t => new Entry(t.Key, t.Value))];
        return ask.Error;
    }

    /// <summary>The list <c>params</c>; a repeated key is refused.</summary>
    public static ProtocolError? Params(ProtoBody ask, out List<Entry> parameters)
    {
        parameters = [];
        var items = ask.Items("params");
        var keys = new HashSet<string>();
        for (var i = 0; i < items.Count; i++)
        {
            var key = items[i].RequiredText("key");
            var value = items[i].Text("value") ?? "";
            if ((ask.Error ?? Limits.CheckKey(key, $"params[{i}].key")
                ?? Limits.CheckParamValue(value, out value, $"params[{i}].value")) is { } refusal)
                return refusal;
            if (!keys.Add(key))
                return ProtocolError.Invalid($"Duplicate parameter keys have been submitted: '{key}'. Please ensure the request contains only one param value per param key.");
            parameters.Add(new(key, value));
        }
        return ask.Error;
    }
}
