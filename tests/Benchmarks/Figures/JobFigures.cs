using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;
using Npgsql;

namespace Crucible.Benchmarks.Figures;

/// <summary>Short jobs through the queue with the history on, what that does to everybody else, and the page over a million runs.</summary>
internal static class JobFigures
{
    // The host's own and short: it asks the database one thing.
    private const string Job = "crucible.ForgetExpiredCredentials";
    private const int BaseConnections = 4;
    private const int PerSecond = 500;

    public static async Task Measure(Bench bench)
    {
        var history = await MakeHistory(bench);
        await Execute(bench, "insert into crucible.job_rule (job, at_once, changed_by) values ($1, 1000, 'benchmarks') on conflict (job) do update set at_once = 1000", Job);
        await Throughput(bench);
        await Beside(bench);
        await using var bare = await BareServer.Start();
        foreach (var (name, path) in new[] { ("jobs page", "/admin/jobs"), ("failed runs", "/admin/jobs?q=state:failed"), ("a search that finds nothing", "/admin/jobs?q=error:sentinel"), ("one job", $"/admin/jobs/job/{Job}"), ("dead letters", "/admin/jobs/dead") })
            Asking.Median(bench, bare, $"{name} over {history:#,0} runs, first byte", Pages.Get(bench, path), Aim.Under(100), firstByte: true);
    }

    private static async Task Throughput(Bench bench)
    {
        var runs = bench.Options.Runs;
        await Drain(bench, runs / 5);
        var before = Cost.Of(bench.Site);
        var took = await Drain(bench, runs);
        var cost = Cost.Of(bench.Site) - before;
        var least = await Bare(bench, runs);
        bench.Add(new("short jobs on one node, history on", runs / took.TotalSeconds, "runs/s",
            new($"bare insert and two updates of the same rows, {BaseConnections} connections", runs / least.TotalSeconds), Aim.AtLeast(PerSecond))
        { Note = cost.Each(runs, "run") });
    }

    /// <summary>So many runs queued at once, until the last of them has ended.</summary>
    private static async Task<TimeSpan> Drain(Bench bench, int runs)
    {
        var began = Stopwatch.GetTimestamp();
        await Queue(bench, runs);
        await using var left = bench.Site.Database.CreateCommand("select count(*) from (select from crucible.job_run where job = $1 and state in ('queued', 'retrying') limit 1) q union all select count(*) from crucible.job_run where state = 'running'");
        left.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Job });
        while (true)
        {
            await using (var reader = await left.ExecuteReaderAsync(bench.Cancel))
            {
                long all = 0;
                while (await reader.ReadAsync(bench.Cancel))
                    all += reader.GetInt64(0);
                if (all == 0)
                    return Stopwatch.GetElapsedTime(began);
            }
            await Task.Delay(20, bench.Cancel);
        }
    }

    /// <summary>A page of another plugin while so many jobs a second go through, and how long those wait.</summary>
    private static async Task Beside(Bench bench)
    {
        using var connection = bench.Connect();
        var home = Pages.Get(bench, "/experiments");
        var alone = Ask(connection, home, TimeSpan.FromSeconds(bench.Options.Small ? 2 : 10));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(bench.Cancel);
        var feeding = Feed(bench, over.Token);
        var beside = Ask(connection, home, TimeSpan.FromSeconds(bench.Options.Small ? 2 : 10));
        await over.CancelAsync();
        var fed = await feeding;
        await using var waited = bench.Site.Database.CreateCommand("select percentile_cont(0.5) within group (order by wait_ms), percentile_cont(0.95) within group (order by wait_ms) from (select wait_ms from crucible.job_run where job = $1 and state = 'succeeded' order by id desc limit $2) r");
        waited.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Job });
        waited.Parameters.Add(new NpgsqlParameter<int> { TypedValue = fed });
        await using var reader = await waited.ExecuteReaderAsync(bench.Cancel);
        await reader.ReadAsync(bench.Cancel);
        bench.Add(new($"experiment list, first byte, beside {PerSecond} jobs/s, median", beside.Median, "ms", new("the same alone", alone.Median)));
        bench.Add(new($"experiment list, first byte, beside {PerSecond} jobs/s, 99th percentile", beside.At(.99), "ms", new("the same alone", alone.At(.99))));
        bench.Add(new($"wait of a job at {PerSecond} jobs/s, median", reader.GetDouble(0), "ms") { Note = $"95th percentile {Table.Number(reader.GetDouble(1))} ms, {fed:#,0} runs" });
    }

    private static Spread Ask(RawConnection connection, byte[] request, TimeSpan time)
    {
        for (var i = 0; i < 60; i++)
            connection.Must(request);
        var took = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time;)
        {
            connection.Must(request);
            took.Add(connection.FirstByte.TotalMilliseconds);
        }
        return new(took);
    }

    private static async Task<int> Feed(Bench bench, CancellationToken over)
    {
        const int Beats = 10;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Beats));
        var fed = 0;
        try
        {
            for (; await timer.WaitForNextTickAsync(over); fed += PerSecond / Beats)
                await Queue(bench, PerSecond / Beats);
        }
        catch (OperationCanceledException)
        {
            // enough
        }
        return fed;
    }

    private static Task Queue(Bench bench, int runs) => Execute(bench, """
        with queued as (
            insert into crucible.job_run (id, job, asked_by)
            select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || substr(md5(random()::text), 1, 15))::uuid, $1, 'benchmarks'
            from generate_series(1, $2) n
        )
        select pg_notify('crucible_signal', 'jobs:queue')
        """, Job, runs);

    /// <summary>The least a durable queue with a history must do for each run: one insert and two updates, each committed.</summary>
    private static async Task<TimeSpan> Bare(Bench bench, int runs)
    {
        await Execute(bench, "create table public.bench_run (like crucible.job_run including all)");
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, BaseConnections).Select(_ => Task.Run(async () =>
        {
            await using var connection = await bench.Site.Database.OpenConnectionAsync(bench.Cancel);
            string[] statements = ["insert into public.bench_run (id, job, asked_by) values ($1, 'x', 'benchmarks')", "update public.bench_run set state = 'running', started_at = now(), attempt = 1 where id = $1", "update public.bench_run set state = 'succeeded', ended_at = now(), took_ms = 1 where id = $1"];
            for (var i = 0; i < runs / BaseConnections; i++)
            {
                var id = Guid.CreateVersion7();
                foreach (var sql in statements)
                {
                    await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } };
                    await command.ExecuteNonQueryAsync(bench.Cancel);
                }
            }
        })));
        var took = Stopwatch.GetElapsedTime(began);
        await Execute(bench, "drop table public.bench_run");
        return took;
    }

    /// <summary>A history of a month: mostly good, one in fifty a dead letter or failed, some with arguments.</summary>
    private static async Task<int> MakeHistory(Bench bench)
    {
        var runs = bench.Options.PastRuns;
        bench.Say($"  making {runs:#,0} past runs");
        await Execute(bench, """
            insert into crucible.job_run (id, job, state, arguments, asked_by, created_at, ready_at, attempt, node, started_at, ended_at, wait_ms, took_ms, error)
            select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
                (array['crucible.ForgetExpiredCredentials', 'experiments.RollUpMetrics', 'crucible.ForgetOldData', 'gone.Import'])[1 + n % 4],
                case when n % 100 = 0 then 'dead' when n % 100 = 50 then 'failed' when n % 100 = 75 then 'cancelled' else 'succeeded' end,
                case when n % 3 = 0 then jsonb_build_object('id', n::text) end, 'schedule', at, at, 1, 'vm', at, at, n % 40, n % 900,
                case when n % 50 = 0 then 'Disk ' || n % 7 || ' is full' end
            from (select n, now() - (($1 - n) * interval '2.5 seconds') as at from generate_series(1, $1) n) t
            """, runs);
        await CopyIn.Settle(bench.Site.Database, bench.Cancel);
        await bench.Site.Restart(); // its last checkpoint writes the set out, so that no figure pays for that
        return runs;
    }

    private static async Task Execute(Bench bench, string sql, params object[] values)
    {
        await using var command = bench.Site.Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(bench.Cancel);
    }
}
