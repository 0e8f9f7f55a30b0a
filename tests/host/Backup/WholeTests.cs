using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using Crucible.Host.Backup;
using Crucible.Host.Commands;
using Crucible.Host.Tests.Postgres;
using Crucible.Testing;
using Microsoft.Extensions.Configuration;

namespace Crucible.Host.Tests.Backup;

/// <summary>The commands from end to end: one server's Crucible is backed up, and runs again on another server with another folder.</summary>
public sealed partial class WholeTests(BackupWorld world, PreparedFolder prepared) : IClassFixture<BackupWorld>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_restored_on_another_server_shows_the_same_pages()
    {
        await using var copy = new Copy();
        await using var folder = await prepared.Copy();
        await using var external = await folder.Start();
        var visitor = await world.Visit(world.Cast.Admin);
        var experiments = await visitor.Get("/experiments");
        var experiment = Link(experiments, @"^/experiments/[1-9]\d*$");
        var run = Link(await visitor.Get(experiment), @"^/experiments/runs/[^/?]+$|/runs/[0-9a-f-]{32,36}$");

        Assert.Equal(0, await Command(["backup", copy.File], world.ConnectionString, world.DataOf(0)));
        var data = Path.Combine(copy.Folder, "second");
        Assert.Equal(0, await Command(["restore", copy.File], external.ConnectionString, data));

        var second = await world.AddHost(external.ConnectionString, data);
        var again = await world.Visit(world.Cast.Admin, second);
        foreach (var page in new[] { "/experiments", experiment, run })
            Assert.Equal(Text(await visitor.Get(page)), Text(await again.Get(page)));

        // A token goes on working; a session, by the cookie of the first host, does not.
        Assert.Equal(HttpStatusCode.OK, (await world.Client(world.Cast.Member, second).GetAsync("/experiments", Cancel)).StatusCode);
        var before = await visitor.Http.GetAsync(second + "/account", Cancel); // cookies know no ports
        Assert.EndsWith("/account/sign-in", before.RequestMessage!.RequestUri!.AbsolutePath, StringComparison.Ordinal);
        await world.StopLast();
    }

    [Fact]
    public async Task Killed_in_the_middle_it_leaves_no_backup_and_the_next_one_is_not_disturbed()
    {
        await using var copy = new Copy();
        await using var from = await EmptyDatabase.Make(world.ConnectionString);
        await Module.Install(from, Module.Ground);
        // While a table is locked the command waits for it, with its file begun.
        await using (var connection = await from.Address.Connect(Cancel))
        {
            await Dapper.SqlMapper.ExecuteAsync(connection, "begin; lock table crucible.person in access exclusive mode");
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [Path.Combine(TestServer.BuiltPlugins, "..", "Crucible.Host.dll"), "backup", copy.File])
            {
                Environment = { ["ConnectionStrings__Crucible"] = from.Address.ConnectionString, ["Crucible__DataPath"] = copy.Folder },
            })!;
            await Until.True(() => File.Exists(copy.File + ArchiveWriter.Unfinished), 60);
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }
        Assert.False(File.Exists(copy.File));
        await copy.Take(from);
        Assert.Equal([copy.File], Directory.EnumerateFiles(copy.Folder));
    }

    private static string Link(IHtmlDocument page, string pattern) =>
        page.QuerySelectorAll("main a[href]").Select(a => a.GetAttribute("href")!.Split('?')[0]).First(h => Regex.IsMatch(h, pattern));

    /// <summary>What a person sees of it, without the tokens of its forms, the cursor of its stream and the time that has passed.</summary>
    private static string Text(IHtmlDocument page)
    {
        var main = page.QuerySelector("main")!;
        foreach (var own in main.QuerySelectorAll("input[name=__RequestVerificationToken], time").ToList())
            own.Remove();
        return Passing().Replace(main.InnerHtml, "");
    }

    [GeneratedRegex("(after|v)=[^\"&]*|data-cursor=\"[^\"]*\"|\\d+ (s|min|h) ago|127\\.0\\.0\\.1:\\d+")]
    private static partial Regex Passing();

    private static async Task<int> Command(string[] args, string connectionString, string data)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Crucible"] = connectionString,
            ["Crucible:DataPath"] = data,
            ["Crucible:PluginsPath"] = TestServer.BuiltPlugins,
        }).Build();
        var said = new StringWriter();
        var code = await CommandLine.Run(args, configuration, said, said, Cancel);
        TestContext.Current.TestOutputHelper!.WriteLine(said.ToString());
        return code;
    }
}
