using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crucible.Host.Tests.Plugins;

namespace Crucible.Host.Tests.Pages;

/// <summary>What every page and every program gets from the host, whatever the plugins.</summary>
public sealed partial class FrameTests(DropIn world) : IClassFixture<DropIn>
{
    [Fact]
    public async Task A_page_that_is_not_there_says_so_in_the_frame()
    {
        var visitor = await world.Visit(world.Cast.Member);
        using var response = await visitor.Http.GetAsync("/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("Not found", page);
        Assert.Contains("class=\"rail\"", page);
    }

    [Fact]
    public async Task A_program_gets_problem_details()
    {
        using var response = await world.Client(world.Cast.Member).GetAsync("/nowhere");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(404, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_fault_is_one_page_with_a_reference_and_nothing_of_the_fault()
    {
        var visitor = await world.Visit(world.Cast.Member);
        using var response = await visitor.Http.GetAsync("/sample/fault");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Matches("Reference <code>[^<]{5,}</code>", page);
        Assert.DoesNotContain("the sentinel of the fault", page);
    }

    [Fact]
    public async Task No_page_has_an_inline_script_or_a_style_attribute()
    {
        var visitor = await world.Visit(world.Cast.Admin);
        foreach (var path in new[] { "/", "/ui", "/admin/plugins", "/sample", "/account", "/account/tokens", "/account/notices", "/account/notices/settings", "/search?q=a" })
        {
            var page = await visitor.Get(path);
            Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src]):not([type='application/json'])"));
        }
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_and_not_public()
    {
        using var nobody = await world.Client(null).GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        var text = await world.Client(world.Cast.Member).GetStringAsync("/metrics");
        Assert.Contains("# TYPE crucible_live_listeners gauge\n", text);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(MetricLine(), line));
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        var document = JsonDocument.Parse(await world.Client(world.Cast.Member).GetStringAsync("/openapi/v1.json"));
        Assert.True(document.RootElement.GetProperty("paths").TryGetProperty("/sample/api/stamp", out _));
    }

    [Fact]
    public async Task Assets_are_compressed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/crucible/crucible.css");
        request.Headers.AcceptEncoding.ParseAdd("br");
        using var response = await world.Client(null).SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("br", response.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("/assets/../Crucible.Host.dll")]
    [InlineData("/assets/sample/%2e%2e/Team.Sample.dll")]
    [InlineData("/assets/sample/..%2fTeam.Sample.dll")]
    public async Task Nothing_beside_the_assets_is_served(string path)
    {
        using var response = await world.Client(world.Cast.Admin).GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [GeneratedRegex("^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\.)*\"(,[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\.)*\")*\\})? [-+0-9.eEINaf∞]+)$")]
    private static partial Regex MetricLine();
}
