using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>The pages of the model registry.</summary>
public sealed class ModelPageTests(World world) : IClassFixture<World>
{
    private readonly Tracker _api = new(world.Client(world.Cast.Member));

    private async Task<string> Registered(Visitor visitor, string name) =>
        (await visitor.Ask($"/experiments/models?q={name}")).Page.QuerySelector("a[data-row-link]")!.GetAttribute("href")!;

    [Fact]
    public async Task A_model_is_registered_found_given_an_alias_and_deleted_by_hand()
    {
        var mira = await world.Visit(world.Cast.Member);
        var name = Tracker.Unique("model");
        var made = await mira.Press("/experiments/models", ".new-form form", ("name", name));
        Assert.Contains("No versions yet", made.Text("section.panel:has(.empty)"), StringComparison.Ordinal);
        var run = await _api.NewRun(await _api.NewExperiment(), "the run that made it");
        (await _api.Post("model-versions/create", new { name, source = $"mlflow-artifacts:/1/{run}/artifacts/model", run_id = run })).Ok();
        var page = await Registered(mira, name);
        Assert.Contains("the run that made it", (await mira.Ask(page)).Text(".model-versions tbody"), StringComparison.Ordinal);
        Assert.Contains("champion", (await mira.Press(page, "form[action$='handler=Alias']", ("alias", "champion"))).Text(".model-versions tbody"), StringComparison.Ordinal);
        Assert.Contains("reserved", (await mira.Press(page, "form[action$='handler=Alias']", ("alias", "latest"))) is { Status: HttpStatusCode.UnprocessableEntity } refused ? WebUtility.HtmlDecode(refused.Html) : "", StringComparison.Ordinal);
        Assert.Contains("models:/" + name + "@champion", (await mira.Ask(page)).Text("aside"), StringComparison.Ordinal);
        var odd = await mira.Press(page + "?edit=origin", "form[action$='handler=Origin']", ("baseModel", "minilm"), ("adapter", "[1]"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, odd.Status);
        Assert.Contains("JSON object", odd.Text(".model-origin"), StringComparison.Ordinal);
        Assert.Contains("minilm", (await mira.Press(page + "?edit=origin", "form[action$='handler=Origin']", ("baseModel", "minilm"), ("adapter", "{\"r\": 16}"))).Text("aside"), StringComparison.Ordinal);
        await mira.Press(page, "#model-delete form");
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask(page)).Status);
    }

    [Fact]
    public async Task Script_in_words_is_text_and_a_viewer_gets_no_forms()
    {
        var name = Tracker.Unique("model");
        (await _api.Post("registered-models/create", new { name, description = "<script>alert(1)</script> **bold** [x](javascript:alert(1))" })).Ok();
        (await _api.Post("model-versions/create", new { name, source = "\"><script>alert(2)</script>", description = "<img src=x onerror=alert(3)>" })).Ok();
        var vito = await world.Visit(world.Cast.Viewer);
        var shown = await vito.Ask(await Registered(vito, name));
        Assert.Empty(shown.Page.QuerySelectorAll("main script, main [onerror], main [href^='javascript']"));
        Assert.Contains("<script>alert(2)", shown.Text(".model-versions"), StringComparison.Ordinal);
        Assert.Empty(shown.Page.QuerySelectorAll(".model-page form"));
        var stan = await world.Visit(world.Cast.Stranger);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask(shown.Address)).Status);
    }
}
