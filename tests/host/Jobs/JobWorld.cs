using System.Diagnostics;
using Crucible.Data;
using Crucible.Host.Jobs;
using Crucible.Host.Tests.Plugins;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Jobs;

/// <summary>A world whose hosts beat, look and give up quickly, with the jobs of the chores plugin.</summary>
public class JobWorld : DropIn
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected override IEnumerable<string> Settings =>
    [
        "Crucible:Jobs:Node=a", "Crucible:Jobs:PollEvery=00:00:00.200", "Crucible:Jobs:BeatEvery=00:00:00.200", "Crucible:Jobs:Lease=00:00:01.500",
        "Crucible:Jobs:RetryAfter=00:00:00.050", "Crucible:Jobs:StopGrace=00:00:00.300", "Crucible:Jobs:IgnoredAfter=00:00:00.300", "Crucible:Jobs:AbandonAfter=00:00:01",
    ];

    /// <summary>How its hosts are set.</summary>
    public IEnumerable<string> JobSettings => Settings;

    public Database Database => Services.GetRequiredService<Database>();

    /// <summary>The plugins its hosts run.</summary>
    public Task<string> PluginsPath() => Plugins();

    /// <summary>Asks for a run.</summary>
    internal async Task<Guid> Run(string job, params (string Name, string Value)[] arguments)
    {
        var rule = Services.GetRequiredService<DeclaredJobs>().Find(job)!;
        return await Services.GetRequiredService<RunActStore>().Run(rule, arguments.ToDictionary(a => a.Name, a => a.Value), Actor.System("tests"), default);
    }

    /// <summary>Waits until a run is as it should be, and returns it.</summary>
    internal async Task<RunRow> Until(Guid id, Func<RunRow, bool> holds, string what)
    {
        RunRow? run = null;
        await Until(async () => (run = await Services.GetRequiredService<RunListStore>().Find(id, default)) is not null && holds(run), $"run {id}: {what}");
        return run!;
    }

    /// <summary>Waits until something holds.</summary>
    internal async Task Until(Func<Task<bool>> holds, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, $"It did not come to {what}.");
            await Task.Delay(10);
        }
    }

    internal Task<RunRow> Until(Guid id, string state) => Until(id, r => r.State == state, state);

    /// <summary>What a run wrote into the diary.</summary>
    internal async Task<IReadOnlyList<string>> Diary(Guid id) => await Rows<string>("select what from chores.did where run_id = @id order by n", new { id });

    /// <summary>Lets a waiting run go on.</summary>
    internal Task Release(Guid id) => Execute("insert into chores.did (what) values (@what)", new { what = $"go {id}" });

    internal async Task<IReadOnlyList<T>> Rows<T>(string sql, object? with = null)
    {
        await using var connection = await Database.Open(default);
        return (await connection.QueryAsync<T>(sql, with)).AsList();
    }

    internal async Task Execute(string sql, object? with = null)
    {
        await using var connection = await Database.Open(default);
        await connection.ExecuteAsync(sql, with);
    }
}
