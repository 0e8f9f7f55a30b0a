using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>Fills a <see cref="LogBatch"/> straight from the bytes, without a document in between.</summary>
internal ref partial struct LogBatchReader(ReadOnlySpan<byte> json, LogBatch batch)
{
    private Utf8JsonReader _json = new(json, LenientJson.Options);
    private readonly KeyTable _keys = new();
    private ProtocolError? _error;
    private int _metrics;
    private int _params;
    private int _tags;
    private string? _runUuid;

    /// <returns>The first thing that is wrong with the batch, or null.</returns>
    public ProtocolError? Read()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            return ProtocolError.Invalid("The request body must be a JSON object.");
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("metrics"u8))
                ReadList(List.Metrics);
            else if (_json.ValueTextEquals("params"u8))
                ReadList(List.Params);
            else if (_json.ValueTextEquals("tags"u8))
                ReadList(List.Tags);
            else if (_json.ValueTextEquals("run_id"u8))
                batch.RunId = ReadText("run_id") ?? "";
            else if (_json.ValueTextEquals("run_uuid"u8))
                _runUuid = ReadText("run_uuid");
            else
                _json.Skip();
        }
        _json.Read();
        if (batch.RunId.Length == 0)
            batch.RunId = _runUuid ?? "";
        return (batch.RunId.Length == 0 ? ProtocolError.Missing("run_id") : null)
            ?? BatchLimits.Check(_metrics, _params, _tags)
            ?? _error
            ?? BatchLimits.CheckParamsUnique(batch.Params);
    }

    private enum List
    {
        Metrics,
        Params,
        Tags,
    }

    private void ReadList(List list)
    {
        _json.Read();
        // A list that is sent twice replaces the first, like any field.
        _ = list switch
        {
            List.Metrics => Restart(batch.Metrics, ref _metrics),
            List.Params => Restart(batch.Params, ref _params),
            _ => Restart(batch.Tags, ref _tags),
        };
        if (list == List.Metrics)
            batch.Models.Clear();
        if (_json.TokenType == JsonTokenType.Null)
            return;
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Wrong(Name(list), "a list is wanted.");
            return;
        }
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.StartObject)
                Wrong($"{Name(list)}[{(list == List.Metrics ? _metrics : list == List.Params ? _params : _tags)}]", "an object is wanted.");
            else if (list == List.Metrics)
                ReadMetric(_metrics++);
            else
                ReadEntry(list, list == List.Params ? _params++ : _tags++);
        }
    }

    private static bool Restart<T>(List<T> list, ref int count)
    {
        list.Clear();
        count = 0;
        return true;
    }

    private void ReadMetric(int index)
    {
        string? key = null, model = null, dataset = null, digest = null;
        double? value = null;
        long? timestamp = null, step = null;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("key"u8))
                key = ReadKey(List.Metrics, index);
            else if (_json.ValueTextEquals("value"u8))
                value = ReadDouble(index);
            else if (_json.ValueTextEquals("timestamp"u8))
                timestamp = ReadInt64("timestamp", index);
            else if (_json.ValueTextEquals("step"u8))
                step = ReadInt64("step", index);
            else if (_json.ValueTextEquals("model_id"u8))
                model = ReadText("model_id");
            else if (_json.ValueTextEquals("dataset_name"u8))
                dataset = ReadText("dataset_name");
            else if (_json.ValueTextEquals("dataset_digest"u8))
                digest = ReadText("dataset_digest");
            else
                _json.Skip();
        }
        // Counted, not kept: the answer names the count.
        if (index >= LogBatch.MaxMetrics)
            return;
        if (BatchLimits.CheckMetric(key, value, timestamp, index, batch.Metrics) is { } error)
        {
            _error ??= error;
            return;
        }
        batch.Metrics.Add(new(key!, MetricPoint.Stored(value!.Value), timestamp!.Value, step ?? 0));
        if (model is not null)
            batch.Models.Add(new(batch.Metrics.Count - 1, model, dataset, digest));
    }

    private void ReadEntry(List list, int index)
    {
        string? key = null;
        var value = "";
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("key"u8))
                key = ReadKey(list, index);
            else if (_json.ValueTextEquals("value"u8))
                value = ReadText($"{Name(list)}[{index}].value") ?? "";
            else
                _json.Skip();
        }
        if (index >= LogBatch.MaxParams)
            return;
        var path = $"{Name(list)}[{index}]";
        var kept = "";
        var error = Limits.CheckKey(key, $"{path}.key")
            ?? (list == List.Params ? Limits.CheckParamValue(value, out kept, $"{path}.value") : Limits.CheckTagValue(value, out kept, $"{path}.value"));
        _error ??= error;
        if (error is null)
            (list == List.Params ? batch.Params : batch.Tags).Add(new(key!, kept));
    }
}
