using System.Text.Json;
using Crucible.Experiments.Api.Tests.Pages;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Alerts;

/// <summary>A world that looks for alerts every second, whose webhooks may go to this machine and are tried again at once.</summary>
public sealed class AlertWorld : World
{
    protected override IEnumerable<string> Settings =>
    [
        "Crucible:Plugins:experiments:AlertSeconds=1",
        "Crucible:Plugins:experiments:Url=https://crucible.example.org/",
        "Crucible:Plugins:experiments:WebhookHosts:0=127.0.0.1",
        "Crucible:Plugins:experiments:WebhookPauses:0=0",
        "Crucible:Plugins:experiments:WebhookPauses:1=0",
    ];

    public async Task<T?> Sql<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        var answer = await command.ExecuteScalarAsync();
        return answer is null or DBNull ? default : (T)answer;
    }

    /// <summary>Adds a rule through its form.</summary>
    internal async Task Rule(Visitor visitor, string experiment, params (string Name, string Value)[] fields)
    {
        (string Name, string Value)[] usual = [("people", "maker"), ("rest", ""), ("hooks", "true")];
        var page = await visitor.Press($"/experiments/{experiment}/alerts?rule=new", "#alert-form form", [.. usual.Where(u => fields.All(f => f.Name != u.Name)), .. fields]);
        Assert.True(page.Address == $"/experiments/{experiment}/alerts", page.Has(".alert-form .error") ? page.Text(".alert-form .error") : $"{page.Status}");
    }

    /// <summary>What was told of a run, oldest first: rule, value, step.</summary>
    internal async Task<string[]> Told(string run) => await Sql<string[]>("""
        select array(select concat_ws('|', kind, metric, case when value is null then null when value = 'NaN' then 'NaN' else round(value::numeric, 3)::float8::text end, step) from experiments.alert_event where run_id = $1 order by event_id)
        """, Guid.Parse(run)) ?? [];

    internal Task UntilTold(string run, params string[] told) => Until.True(async () => (await Told(run)).SequenceEqual(told), $"{string.Join(", ", told)} of {run}");
}
