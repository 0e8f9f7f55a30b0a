using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crucible.Experiments.Api.Tests.Pages;

namespace Crucible.Experiments.Api.Tests.Alerts;

/// <summary>What rules find goes to programs elsewhere: signed, tried again, written down, and to nowhere inside.</summary>
public sealed class WebhookTests(AlertWorld world) : IClassFixture<AlertWorld>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static async Task<(Guid Hook, string Secret)> Hook(AlertWorld world, Visitor visitor, string experiment, string url, params (string, string)[] more)
    {
        var made = await visitor.Press($"/experiments/{experiment}/alerts?hook=new", "#webhook-form form", [("name", "Ops"), ("url", url), ("scope", "experiment"), .. more]);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        return (await world.Sql<Guid>("select max(hook_id::text)::uuid from experiments.webhook where experiment_id = $1 or experiment_id is null", long.Parse(experiment)), made.Text("#webhook-secret pre"));
    }

    private static string Signature(string secret, string body, string header)
    {
        var t = header.Split(',')[0][2..];
        return $"t={t},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{body}")))}";
    }

    [Fact]
    public async Task A_finding_is_posted_signed_and_tried_again_until_it_is_taken()
    {
        await using var receiver = new Receiver();
        receiver.Answers.Enqueue(500);
        var experiment = await _mira.NewExperiment("Webhooks & more");
        var mira = await world.Visit(world.Cast.Member);
        var (hook, secret) = await Hook(world, mira, experiment, receiver.Url);
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        await world.Rule(mira, experiment, ("kind", "nan"));
        var run = await _mira.NewRun(experiment, "kl-t2");
        await _mira.Log(run, "val/loss", [new(0, 1, 1), new(7, 2, double.NaN)]);

        var (first, second) = (await receiver.Next(), await receiver.Next());
        Assert.Equal(("/hook", first.Body, first.Headers["Crucible-Delivery"]), (second.Path, second.Body, second.Headers["Crucible-Delivery"]));
        Assert.Equal(("1", "2", "metric.nan"), (first.Headers["Crucible-Attempt"], second.Headers["Crucible-Attempt"], second.Headers["Crucible-Event"]));
        Assert.Equal(Signature(secret, second.Body, second.Headers["Crucible-Signature"]), second.Headers["Crucible-Signature"]);
        var body = JsonDocument.Parse(second.Body).RootElement;
        Assert.Equal(("metric.nan", second.Headers["Crucible-Delivery"]), (body.At("type").GetString(), body.At("id").GetString()));
        Assert.Equal(("val/loss", "NaN", 7), (body.At("metric.key").GetString(), body.At("metric.value").GetString(), body.At("metric.step").GetInt32()));
        Assert.Equal((run, $"https://crucible.example.org/experiments/runs/{run}"), (body.At("run.id").GetString(), body.At("run.url").GetString()));
        Assert.Equal($"kl-t2: val/loss turned NaN At step 7, in Webhooks & more. https://crucible.example.org/experiments/runs/{run}", body.At("text").GetString());
        Assert.False(receiver.HasAnother);

        var log = $"/experiments/{experiment}/alerts/webhooks/{hook}";
        await Until.True(async () => (await mira.Ask(log)).Has("li[data-state=delivered]"), "delivered");
        var page = await mira.Ask(log);
        Assert.Equal(["200", "500"], page.Page.QuerySelectorAll(".delivery tbody td:nth-child(2)").Select(c => c.TextContent));
        Assert.Contains("thank you", page.Text(".delivery tbody"), StringComparison.Ordinal);
        // The secret was shown once and stands nowhere in the clear; the address is for those who may change it.
        foreach (var path in (string[])[log, $"/experiments/{experiment}/alerts", $"/experiments/{experiment}/alerts?hook=new"])
            Assert.DoesNotContain(secret, (await mira.Ask(path)).Html, StringComparison.Ordinal);
        Assert.Equal(0, await world.Sql<long>("select count(*) from experiments.webhook h, crucible.audit a where h.secret like '%' || $1 || '%' or a.after::text like '%' || $1 || '%'", secret["whsec_".Length..]));
        Assert.DoesNotContain("/hook", (await (await world.Visit(world.Cast.Viewer)).Ask(log)).Html, StringComparison.Ordinal);

        await mira.Press(log, "button[name=delivery]");
        var again = await receiver.Next();
        Assert.Equal((first.Headers["Crucible-Delivery"], first.Body), (again.Headers["Crucible-Delivery"], again.Body));
    }

    [Fact]
    public async Task After_the_last_attempt_it_is_given_up_and_no_redirect_is_followed()
    {
        await using var receiver = new Receiver();
        foreach (var status in (int[])[302, 404, 503])
            receiver.Answers.Enqueue(status);
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var (hook, secret) = await Hook(world, mira, experiment, receiver.Url, ("events", "failed"));
        var log = $"/experiments/{experiment}/alerts/webhooks/{hook}";
        await mira.Press(log, "button[formaction$='handler=Test']");
        await Until.True(async () => (await mira.Ask(log)).Has("li[data-state='given up']"), "given up");
        Assert.Equal(["503", "404", "302"], (await mira.Ask(log)).Page.QuerySelectorAll(".delivery tbody td:nth-child(2)").Select(c => c.TextContent));
        for (var i = 0; i < 3; i++)
            Assert.Equal("/hook", (await receiver.Next()).Path);
        Assert.False(receiver.HasAnother);

        // Another secret signs from now on.
        var renewed = await mira.Press(log, "button[formaction$='handler=Renew']");
        var other = renewed.Text("#webhook-secret pre");
        Assert.NotEqual(secret, other);
        await mira.Press(log, "button[formaction$='handler=Test']");
        var test = await receiver.Next();
        Assert.Equal("test", JsonDocument.Parse(test.Body).RootElement.At("type").GetString());
        Assert.Equal(Signature(other, test.Body, test.Headers["Crucible-Signature"]), test.Headers["Crucible-Signature"]);

        // It wants failures alone.
        await world.Rule(mira, experiment, ("kind", "ended"));
        await world.Rule(mira, experiment, ("kind", "failed"));
        var run = await _mira.NewRun(experiment);
        (await _mira.Post("runs/update", new { run_id = run, status = "FAILED" })).Ok();
        Assert.Equal("run.failed", (await receiver.Next()).Headers["Crucible-Event"]);
        await Until.True(async () => (await world.Told(run)).Length == 2, "both");
        Assert.False(receiver.HasAnother);
        await mira.Press(log, "button[formaction$='handler=Remove']");
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask(log)).Status);
    }

    [Theory]
    [InlineData("http://localhost:1/x")]
    [InlineData("http://[::1]:1/x")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("http://[::ffff:192.168.0.1]/x")]
    [InlineData("http://2130771969/x")] // 127.1.0.1 in another guise
    public async Task An_address_inside_is_never_spoken_to(string url)
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var (hook, _) = await Hook(world, mira, experiment, url);
        var log = $"/experiments/{experiment}/alerts/webhooks/{hook}";
        await mira.Press(log, "button[formaction$='handler=Test']");
        await Until.True(async () => (await mira.Ask(log)).Has(".delivery tbody tr"), "an attempt");
        Assert.Contains("leads to an address inside this network", (await mira.Ask(log)).Text(".delivery tbody"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_address_is_refused_at_the_field_and_the_log_of_another_team_is_not_there()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var wrong = await mira.Press($"/experiments/{experiment}/alerts?hook=new", "#webhook-form form", ("name", "Ops"), ("url", "javascript:alert(1)"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Give an address that begins with https:// or http://."), (wrong.Status, wrong.Text("#webhook-url-note[role=alert]")));
        var (hook, _) = await Hook(world, mira, experiment, "https://hooks.example.org/x", ("scope", "team"));
        var stan = await world.Visit(world.Cast.Stranger);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask($"/experiments/{experiment}/alerts/webhooks/{hook}")).Status);
        var theirs = await new Tracker(world.Client(world.Cast.Stranger)).NewExperiment();
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Send($"/experiments/{theirs}/alerts/webhooks/{hook}?handler=Test", await stan.FormToken())).Status);
    }

    [Fact]
    public async Task The_example_of_the_readme_verifies_what_is_sent_and_nothing_else()
    {
        await using var receiver = new Receiver();
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var (hook, secret) = await Hook(world, mira, experiment, receiver.Url);
        await mira.Press($"/experiments/{experiment}/alerts/webhooks/{hook}", "button[formaction$='handler=Test']");
        var test = await receiver.Next();
        var readme = await File.ReadAllTextAsync(Path.Combine(Root(), "plugins/experiments/README.md"));
        var example = readme.Split("```python")[1].Split("```")[0];
        Assert.Equal("True", await Python(example, secret, test.Headers["Crucible-Signature"], test.Body));
        Assert.Equal("False", await Python(example, secret, test.Headers["Crucible-Signature"], test.Body + " "));
        Assert.Equal("False", await Python(example, "whsec_other", test.Headers["Crucible-Signature"], test.Body));
        Assert.Equal("False", await Python(example, secret, "t=1," + test.Headers["Crucible-Signature"].Split(',')[1], test.Body));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Crucible.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private static async Task<string> Python(string example, string secret, string header, string body)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true, ArgumentList = { "-c", $"{example}\nimport sys\nprint(verify(*sys.argv[1:3], sys.argv[3].encode()))", secret, header, body } };
        using var python = Process.Start(start)!;
        var said = await python.StandardOutput.ReadToEndAsync();
        var error = await python.StandardError.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, error);
        return said.Trim();
    }
}
