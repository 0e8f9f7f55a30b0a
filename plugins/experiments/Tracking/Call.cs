using System.Text.Encodings.Web;
using System.Text.Json;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.People;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Tracking;

/// <summary>Answers one call of the protocol: null when it went well (what was not answered becomes <c>{}</c>), else the refusal.</summary>
internal delegate Task<ProtocolError?> Handler(Call call);

/// <summary>One call of the tracking protocol: who asks for what, and the way to answer.</summary>
internal sealed class Call(HttpContext http, ProtoBody ask)
{
    private const int FlushAt = 32 * 1024;
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public HttpContext Http { get; } = http;

    /// <summary>The parameters, from the body or the query.</summary>
    public ProtoBody Ask { get; } = ask;

    public Actor Actor { get; } = Actor.Of(http);

    public CancellationToken Cancel => Http.RequestAborted;

    public T Get<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the path. Routing leaves an encoded slash as it is; no key and no id holds a percent sign.</summary>
    public string Route(string name) => ((string?)Http.Request.RouteValues[name] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>run_id</c>; an id that no run of ours can have is a run that does not exist.</summary>
    public ProtocolError? RunId(out Guid runId)
    {
        var text = Ask.RequiredRunId();
        runId = default;
        if (Ask.Error is { } wrong)
            return wrong;
        if (Limits.CheckRunId(text) is { } malformed)
            return malformed;
        return Domain.RunId.TryRead(text, out runId) ? null : ProtocolError.NoRun(text);
    }

    /// <summary>Reads <c>experiment_id</c>; a text that is no number is an experiment that does not exist.</summary>
    public ProtocolError? ExperimentId(out long experimentId)
    {
        var text = Ask.RequiredId("experiment_id");
        experimentId = -1;
        if (Ask.Error is { } wrong)
            return wrong;
        return long.TryParse(text, out experimentId) && experimentId >= 0 ? null : ProtocolError.NoExperiment(text);
    }

    /// <summary>The run of <c>run_id</c>, when this actor may see it.</summary>
    public async Task<(RunRow? Run, ProtocolError? Refusal)> Run()
    {
        if (RunId(out var runId) is { } refusal)
            return (null, refusal);
        var run = await Get<RunStore>().Find(runId, Actor, Cancel);
        return (run, run is null ? ProtocolError.NoRun(runId.ToString("N")) : null);
    }

    /// <summary>Answers an object with these fields.</summary>
    public async Task<ProtocolError?> Reply(Action<Utf8JsonWriter> fields)
    {
        await using var writer = Begin();
        fields(writer);
        writer.WriteEndObject();
        await writer.FlushAsync(Cancel);
        return null;
    }

    /// <summary>Answers an object with a list in it, sent as it is written, and the token of the next page.</summary>
    public async Task<ProtocolError?> ReplyList<T>(ReadOnlyMemory<char> name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write, long? nextOffset = null)
    {
        await using var writer = Begin();
        if (items.Count > 0)
        {
            writer.WriteStartArray(name.Span);
            foreach (var item in items)
            {
                write(writer, item);
                if (writer.BytesPending < FlushAt)
                    continue;
                await writer.FlushAsync(Cancel);
            }
            writer.WriteEndArray();
        }
        if (nextOffset is { } offset)
            writer.WriteString("next_page_token"u8, PageToken.Write(offset));
        writer.WriteEndObject();
        await writer.FlushAsync(Cancel);
        return null;
    }

    private Utf8JsonWriter Begin()
    {
        Http.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(Http.Response.BodyWriter, Json);
        writer.WriteStartObject();
        return writer;
    }
}
