using System.Net;
using System.Net.Http.Json;
using Crucible.Host.Search;
using Crucible.Host.Tests.Mail;
using Crucible.People;
using Crucible.Search;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Search;

/// <summary>The palette, asked as its script asks and as a page without script.</summary>
public sealed class SearchTests(World world) : IClassFixture<World>
{
    [Fact]
    public async Task A_page_is_found_by_the_beginning_of_its_name()
    {
        var hits = await Ask(world.Cast.Member, "notif");
        Assert.Equal("/account/notices", hits[0].Url);
    }

    [Fact]
    public async Task Who_may_not_open_a_page_or_do_a_thing_is_not_offered_it()
    {
        var admin = (await Ask(world.Cast.Admin, "")).Select(h => h.Url).ToList();
        var member = (await Ask(world.Cast.Member, "")).Select(h => h.Url).ToList();
        Assert.Contains("/admin/plugins", admin);
        Assert.DoesNotContain(member, url => url.StartsWith("/admin", StringComparison.Ordinal));
        Assert.Contains("/experiments", member);
        Assert.Contains(await Ask(world.Cast.Admin, "stan"), h => h.Title == "Stan");
        Assert.DoesNotContain(await Ask(world.Cast.Member, "stan"), h => h.Title == "Stan");
    }

    [Fact]
    public async Task A_person_that_is_found_leads_to_the_page_of_that_person()
    {
        var admin = await world.Visit(world.Cast.Admin);
        var hit = Assert.Single(await Ask(admin, "stan"), h => h.Title == "Stan");
        Assert.Contains("Stan", (await admin.Get(hit.Url)).QuerySelector("h1")!.TextContent);
    }

    [Fact]
    public async Task Jobs_are_found_by_title_and_key_and_a_run_by_its_id_by_those_who_may_see_them()
    {
        var admin = await world.Visit(world.Cast.Admin);
        foreach (var text in new[] { "forget old", "crucible.ForgetOldData" })
            Assert.Contains(await Ask(admin, text), h => h is { Title: "Forget old data", Url: "/admin/jobs/job/crucible.ForgetOldData", Group: "Jobs" });
        using var started = await admin.Submit("/admin/jobs/job/crucible.ForgetExpiredCredentials", "form[action$='handler=Run']");
        var url = started.RequestMessage!.RequestUri!.AbsolutePath;
        var id = Guid.Parse(url.Split('/')[^1]);
        foreach (var text in new[] { id.ToString(), id.ToString("N")[^6..] })
            Assert.Contains(await Ask(admin, text), h => h.Url == url && h.Title.StartsWith("Forget expired credentials", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NoContent, await Pick(admin, url));
        Assert.Contains(await Ask(admin, ""), h => h.Url == url && h.Group == "Recent");
        foreach (var text in new[] { "forget old", id.ToString() })
            Assert.DoesNotContain(await Ask(world.Cast.Member, text), h => h.Url.StartsWith("/admin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_page_of_the_admin_and_account_parts_is_found_and_opens()
    {
        var admin = await world.Visit(world.Cast.Admin);
        foreach (var (text, url) in new[] { ("teams", "/admin/people/teams"), ("invitations", "/admin/people/invitations"), ("dead let", "/admin/jobs/dead"), ("two-factor", "/account/two-factor"), ("refused", "/admin/people/refused") })
            Assert.Contains(await Ask(admin, text), h => h.Url == url && h.Group == "Pages");
        foreach (var page in (await Ask(admin, "")).Where(h => h.Group is "Pages"))
            (await admin.Get(page.Url)).Dispose();
    }

    [Fact]
    public async Task What_is_to_be_done_is_offered_to_who_may_do_it_and_leads_to_where_it_is_done()
    {
        var admin = await world.Visit(world.Cast.Admin);
        var actions = (await Ask(admin, "")).Where(h => h.Group == "Actions").ToDictionary(h => h.Title, h => h.Url);
        Assert.NotNull((await admin.Get(actions["Invite a person"])).QuerySelector("#invitation-new form"));
        Assert.NotNull((await admin.Get(actions["Back up now"])).QuerySelector("form[action$='handler=Make']"));
        Assert.Contains("Forget old data", (await admin.Get(actions["Run a job now"])).Body!.TextContent);
        Assert.DoesNotContain(await Ask(world.Cast.Member, ""), h => h.Title is "Invite a person" or "Back up now" or "Run a job now");

        // To run without seeing is not enough: the page where it is done stays shut.
        var runner = await world.Invite("runa", Role.Member, world.Cast.Red, true);
        (await admin.Submit($"/admin/people/{runner.PersonId}", "#person-give", ("permission", "crucible.run-jobs"))).Dispose();
        Assert.DoesNotContain(await Ask(runner, ""), h => h.Title is "Run a job now");
        (await admin.Submit($"/admin/people/{runner.PersonId}", "#person-give", ("permission", "crucible.jobs"))).Dispose();
        Assert.Contains(await Ask(runner, ""), h => h.Title is "Run a job now");
    }

    [Fact]
    public async Task Experiments_and_runs_are_found_by_the_teams_that_may_see_them()
    {
        var run = await NewRun(world.Cast.Member, "Reranker distillation", "kl-t2-warm2k");
        var url = $"/experiments/runs/{run}";
        Assert.Contains(await Ask(world.Cast.Member, "rerank"), h => h.Title == "Reranker distillation");
        Assert.Contains(await Ask(world.Cast.Member, "kl-t2"), h => h.Url == url);
        Assert.Contains(await Ask(world.Cast.Viewer, "WARM2K"), h => h.Url == url);
        Assert.Contains(await Ask(world.Cast.Viewer, run[..12]), h => h.Url == url);
        foreach (var text in new[] { "rerank", "kl-t2", "warm2k", run })
            Assert.DoesNotContain(await Ask(world.Cast.Stranger, text), h => h.Url.StartsWith("/experiments/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("\\")]
    [InlineData("' or 1=1 --")]
    public async Task Signs_of_SQL_are_letters_like_others(string text)
    {
        await NewRun(world.Cast.Member, "plain", "plain-run");
        Assert.DoesNotContain(await Ask(world.Cast.Member, text), h => h.Title == "plain-run");
    }

    [Fact]
    public async Task What_was_chosen_comes_first_the_next_time_under_its_present_name()
    {
        var visitor = await world.Visit(world.Cast.Member);
        var run = await NewRun(world.Cast.Member, "picks", "aardvark-one");
        await NewRun(world.Cast.Member, "picks", "aardvark-two");
        Assert.Equal(HttpStatusCode.NoContent, await Pick(visitor, $"/experiments/runs/{run}"));
        Assert.Equal(("aardvark-one", "Recent"), Two((await Ask(visitor, ""))[0]));
        Assert.Equal("aardvark-one", (await Ask(visitor, "aardvark"))[0].Title);

        using var renamed = await world.Client(world.Cast.Member).PostAsJsonAsync("/api/2.0/mlflow/runs/update", new { run_id = run, run_name = "zebra" });
        Assert.Equal("zebra", (await Ask(visitor, ""))[0].Title);
    }

    [Fact]
    public async Task What_was_chosen_is_not_named_to_who_may_not_see_it()
    {
        var run = await NewRun(world.Cast.Member, "secret of red", "red-run");
        var stranger = await world.Visit(world.Cast.Stranger);
        Assert.Equal(HttpStatusCode.NoContent, await Pick(stranger, $"/experiments/runs/{run}"));
        Assert.DoesNotContain(await Ask(stranger, ""), h => h.Title == "red-run");
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task Only_addresses_of_this_site_are_kept(string url) =>
        Assert.Equal(HttpStatusCode.BadRequest, await Pick(await world.Visit(world.Cast.Member), url));

    [Fact]
    public async Task A_person_keeps_twenty_choices()
    {
        var visitor = await world.Visit(world.Cast.Viewer);
        for (var i = 0; i < PickStore.Most + 5; i++)
            await Pick(visitor, $"/experiments/{i}");
        var kept = await world.Services.GetRequiredService<PickStore>().Of(world.Cast.Viewer.PersonId, default);
        Assert.Equal(PickStore.Most, kept.Count);
        Assert.Equal($"/experiments/{PickStore.Most + 4}", kept[0]);
    }

    [Fact]
    public async Task Choosing_needs_an_antiforgery_token_and_a_browser()
    {
        var visitor = await world.Visit(world.Cast.Member);
        using var without = await visitor.Http.PostAsync("/search/picks", new FormUrlEncodedContent([new("url", "/")]));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        using var program = await world.Client(world.Cast.Member).PostAsync("/search/picks", new FormUrlEncodedContent([new("url", "/")]));
        Assert.False(program.IsSuccessStatusCode);
        using var nobody = await world.Client(null).GetAsync("/search?q=a");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task Without_script_it_is_a_page_whose_actions_are_forms()
    {
        var visitor = await world.Visit(world.Cast.Member);
        var page = await visitor.Get("/search?q=dark");
        Assert.Equal("dark", page.QuerySelector("input[name=q]")!.GetAttribute("value"));
        using var answer = await visitor.Submit("/search?q=dark", "main form[action='/account/theme?theme=dark']");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("dark", (await visitor.Get("/")).DocumentElement.GetAttribute("data-theme"));
        Assert.NotNull((await visitor.Get("/search?q=qqzzqq")).QuerySelector(".empty"));
    }

    [Fact]
    public async Task The_rail_stays_as_it_was_left()
    {
        var visitor = await world.Visit(world.Cast.Viewer);
        Assert.Equal("auto", (await visitor.Get("/")).QuerySelector(".app")!.GetAttribute("data-rail"));
        var token = (await visitor.Get("/")).QuerySelector("meta[name=csrf]")!.GetAttribute("content")!;
        using var kept = await visitor.Http.PostAsync("/account/rail", new FormUrlEncodedContent([new("rail", "narrow"), new("__RequestVerificationToken", token)]));
        Assert.Equal("narrow", (await (await world.Visit(world.Cast.Viewer)).Get("/")).QuerySelector(".app")!.GetAttribute("data-rail"));
        using var odd = await visitor.Http.PostAsync("/account/rail", new FormUrlEncodedContent([new("rail", "huge"), new("__RequestVerificationToken", token)]));
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
    }

    private Task<string> NewRun(Player player, string experiment, string name) => new RunMaker(world.Client(player)).Begun(experiment, name);

    private async Task<List<Hit>> Ask(Player player, string text) => await Ask(await world.Visit(player), text);

    private static async Task<List<Hit>> Ask(Visitor visitor, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/search?q=" + Uri.EscapeDataString(text));
        request.Headers.Add("HX-Request", "true");
        using var response = await visitor.Http.SendAsync(request);
        var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());
        Assert.Null(html.QuerySelector(".rail, header"));
        return [.. html.QuerySelectorAll("#palette-results [role=option]").Select(o => new Hit(o.QuerySelector("span")!.TextContent,
            o.GetAttribute("href") ?? o.GetAttribute("data-post")!, o.ParentElement!.QuerySelector("h4")!.TextContent))];
    }

    private static async Task<HttpStatusCode> Pick(Visitor visitor, string url)
    {
        var token = (await visitor.Get("/account")).QuerySelector("meta[name=csrf]")!.GetAttribute("content")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/search/picks") { Content = new FormUrlEncodedContent([new("url", url)]) };
        request.Headers.Add("RequestVerificationToken", token);
        using var response = await visitor.Http.SendAsync(request);
        return response.StatusCode;
    }

    private static (string, string) Two(Hit hit) => (hit.Title, hit.Group);

    private sealed record Hit(string Title, string Url, string Group);
}

/// <summary>Sources that do not answer as they should.</summary>
public sealed class FinderTests(World world) : IClassFixture<World>
{
    [Fact]
    public async Task A_source_that_hangs_or_throws_is_left_out_and_named()
    {
        var offer = world.Services.GetRequiredService<Crucible.Host.Plugins.PluginCatalogue>().Running.First(o => o.Info.Id == "experiments");
        SearchSource[] odd =
        [
            new("Deaf", "flask", async (_, _, _, _, _) => { await new TaskCompletionSource().Task; return []; }),
            new("Broken", "flask", (_, _, _, _, _) => throw new InvalidOperationException("broken")),
            new("Good", "flask", (_, _, _, _, _) => Task.FromResult<IReadOnlyList<SearchHit>>([new("needle", "/needle")])),
        ];
        offer.Search.AddRange(odd);
        try
        {
            var found = await world.Services.GetRequiredService<Finder>().Find(Actor.System("test"), "needle", default);
            Assert.Equal(["Deaf", "Broken"], found.Missing);
            Assert.Equal("/needle", Assert.Single(Assert.Single(found.Groups, g => g.Title == "Good").Items).Url);
        }
        finally
        {
            offer.Search.RemoveAll(odd.Contains);
        }
    }

    [Fact]
    public async Task The_next_key_ends_the_question()
    {
        using var next = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var offer = world.Services.GetRequiredService<Crucible.Host.Plugins.PluginCatalogue>().Running.First(o => o.Info.Id == "experiments");
        var slow = new SearchSource("Slow", "flask", async (_, _, _, _, cancel) =>
        {
            cancel.Register(ended.SetResult);
            begun.SetResult();
            await ended.Task;
            return [];
        });
        offer.Search.Add(slow);
        try
        {
            var asked = world.Services.GetRequiredService<Finder>().Find(Actor.System("test"), "x", next.Token);
            await begun.Task;
            await next.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            await ended.Task.WaitAsync(TimeSpan.FromSeconds(5));
        }
        finally
        {
            offer.Search.Remove(slow);
        }
    }
}
