using System.Text.Json.Nodes;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Files go in and come out as they were, and nowhere else.</summary>
public sealed class ArtifactTests(TrackingWorld world) : IClassFixture<TrackingWorld>
{
    private readonly Tracking _mira = new(world.Client(world.Cast.Member));

    private async Task<(string Run, string Root)> NewRoot()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        return (run, $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts");
    }

    [Fact]
    public async Task A_page_that_was_uploaded_is_never_shown_as_one_of_ours()
    {
        var (run, root) = await NewRoot();
        (await _mira.Send(HttpMethod.Put, $"{root}/site/a%20b.html", new StringContent("<script>1</script>"))).Ok();
        using var response = await _mira.Http.GetAsync($"/get-artifact?run_id={run}&path=site/a%20b.html");
        Assert.Equal("<script>1</script>", await response.Content.ReadAsStringAsync());
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
    }

    [Fact]
    public async Task Lists_are_relative_to_the_run_or_to_the_folder()
    {
        var (run, root) = await NewRoot();
        (await _mira.Send(HttpMethod.Put, $"{root}/d/f.txt", new StringContent("abc"))).Ok();
        var file = Assert.Single((JsonArray)(await _mira.Get($"artifacts/list?run_id={run}&path=d")).Ok()["files"]!)!;
        Assert.Equal(("d/f.txt", 3), ((string)file["path"]!, (int)file["file_size"]!));
        var folder = root["/api/2.0/mlflow-artifacts/artifacts/".Length..];
        Assert.Equal("f.txt", (string?)(await _mira.Get($"/api/2.0/mlflow-artifacts/artifacts?path={folder}/d")).Ok()["files"]![0]!["path"]);
        Assert.Empty((await _mira.Get($"/api/2.0/mlflow-artifacts/artifacts?path={folder}/none")).Ok().AsObject());
    }

    [Theory]
    [InlineData("..%2f..%2fx")]
    [InlineData("a/%2e%2e/%2e%2e/%2e%2e/x")]
    [InlineData("a%5cb")]
    [InlineData("a%00b")]
    public async Task Paths_that_lead_elsewhere_are_refused(string path)
    {
        var (_, root) = await NewRoot();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"{world.Url}{root}/{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Content = new StringContent("x");
        using var response = await _mira.Http.SendAsync(request);
        Assert.InRange((int)response.StatusCode, 400, 404);
    }

    [Fact]
    public async Task What_is_too_large_is_413_and_leaves_nothing()
    {
        var (run, root) = await NewRoot();
        (await _mira.Send(HttpMethod.Put, $"{root}/big", new ByteArrayContent(new byte[1025]))).Refused(413, "INVALID_PARAMETER_VALUE");
        (await _mira.Send(HttpMethod.Put, $"{root}/fits", new ByteArrayContent(new byte[1024]))).Ok();
        Assert.Equal("fits", (string?)Assert.Single((JsonArray)(await _mira.Get($"artifacts/list?run_id={run}")).Ok()["files"]!)!["path"]);
    }
}
