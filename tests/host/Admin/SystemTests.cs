using Crucible.Host.Retention;
using Crucible.Host.Vitals;
using Crucible.Jobs;
using Crucible.Data;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Admin;

/// <summary>The system page: figures that are true, and warnings that are earned.</summary>
public sealed class SystemTests(SystemTests.Set world) : IClassFixture<SystemTests.Set>
{
    private const long GB = 1L << 30;
    private static readonly MachineVitals Machine = new(GB, 8 * GB, 60 * GB, 100 * GB, TimeSpan.FromHours(1));
    private static readonly DatabaseVitals Database = new("17.2", GB, 10, 100, TimeSpan.Zero, null);

    /// <summary>A world with settings of its own.</summary>
    public sealed class Set : World
    {
        protected override IEnumerable<string> Settings => ["Crucible:Retention:crucible:changes=3", "Crucible:Retention:crucible:audit=7"];
    }

    [Fact]
    public void Nothing_is_said_while_all_is_well() => Assert.Empty(Warnings.Of(Machine, Database));

    public static TheoryData<string, string> Troubles => new()
    {
        { "disk", "free on the disk" }, { "memory", "This host uses" }, { "connections", "database connections" },
        { "clock", "clocks" }, { "transaction", "transaction has been open" }, { "version", "too old" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Trouble_is_named(string trouble, string words) => Assert.Contains(words, Assert.Single(trouble switch
    {
        "disk" => Warnings.Of(Machine with { DiskFree = GB }, Database),
        "memory" => Warnings.Of(Machine with { Memory = 7 * GB + GB / 2 }, Database),
        "connections" => Warnings.Of(Machine, Database with { Connections = 90 }),
        "clock" => Warnings.Of(Machine, Database with { Ahead = TimeSpan.FromSeconds(-9) }),
        "transaction" => Warnings.Of(Machine, Database with { OldestTransaction = TimeSpan.FromHours(1) }),
        _ => Warnings.Of(Machine, Database with { Version = "14.9" }),
    }).Title);

    [Fact]
    public async Task The_page_counts_tables_topics_and_queues()
    {
        await using var listener = await world.Listen(world.Cast.Admin, "plugins:all");
        var page = await (await world.Visit(world.Cast.Admin)).Get("/admin/system");
        Assert.Contains("plugins:all", page.QuerySelector("#system-live")!.TextContent);
        var size = page.QuerySelector("#system-size")!.TextContent;
        Assert.All(new[] { "experiments", "crucible.audit", "experiments.run" }, name => Assert.Contains(name, size));
    }

    [Fact]
    public async Task Settings_of_retention_are_used_and_wrong_ones_are_named()
    {
        var page = await (await world.Visit(world.Cast.Admin)).Get("/admin/system");
        var days = page.QuerySelectorAll("#system-retention tbody tr").ToDictionary(r => r.Children[0].TextContent, r => r.Children[1].TextContent);
        Assert.Equal("3", days["News for pages that were away"]);
        Assert.Equal("400", days["Lines of the audit log"]); // 7 is below the least
        Assert.Contains(page.QuerySelectorAll("#system-now .notice"), n => n.TextContent.Contains("Crucible:Retention:crucible:audit is '7'"));
    }

    [Fact]
    public async Task Old_data_goes_young_data_stays_and_both_are_noted()
    {
        var database = world.Services.GetRequiredService<Database>();
        await using var connection = await database.Open(default);
        await connection.ExecuteAsync("""
            insert into crucible.change (topic, seq, kind, change, actor, at)
            select 'aged:1', n, 'x', '{}', 'x', now() - n * interval '1 day' - interval '12 hours' from generate_series(1, 6) n
            """);
        var job = ActivatorUtilities.CreateInstance<ForgetOldData>(world.Services);
        await job.Run(new JobRun(Guid.NewGuid(), 1, new Dictionary<string, string>(), new Silent()), default);
        Assert.Equal(2, await connection.ExecuteScalarAsync<int>("select count(*) from crucible.change where topic = 'aged:1'"));
        var page = await (await world.Visit(world.Cast.Admin)).Get("/admin/system");
        Assert.Contains(page.QuerySelectorAll("#system-retention tbody tr"), r => r.TextContent.Contains("News for pages") && r.QuerySelector("time") is not null);
    }

    private sealed class Silent : IJobReport
    {
        public void Progress(double done, double total, string? what)
        {
        }

        public void Log(string text, string level)
        {
        }
    }
}
