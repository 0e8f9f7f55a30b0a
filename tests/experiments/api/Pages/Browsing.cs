using System.Globalization;
using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>What a page was answered with.</summary>
internal sealed record Shown(HttpStatusCode Status, string Address, string Html)
{
    public IHtmlDocument Page { get; } = new HtmlParser().ParseDocument(Html);

    public static async Task<Shown> Of(HttpResponseMessage response)
    {
        using (response)
            return new(response.StatusCode, response.RequestMessage!.RequestUri!.PathAndQuery, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The text of one element that must be there, blanks gathered.</summary>
    public string Text(string selector) => Page.Words(selector);

    public bool Has(string selector) => Page.QuerySelector(selector) is not null;
}

internal static class Browsing
{
    public const string TokenField = "__RequestVerificationToken";

    public static string Words(this IHtmlDocument page, string selector) => string.Join(' ',
        (page.QuerySelector(selector) ?? throw new InvalidOperationException($"There is no {selector} in {page.Body?.InnerHtml[..Math.Min(1500, page.Body.InnerHtml.Length)]}"))
        .TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Asks for a page, whatever the answer is.</summary>
    public static async Task<Shown> Ask(this Visitor visitor, string path) => await Shown.Of(await visitor.Http.GetAsync(path));

    /// <summary>Presses a button or sends a form of a page as a browser would, with the hidden fields of the form.</summary>
    public static async Task<Shown> Press(this Visitor visitor, string path, string selector, params (string Name, string Value)[] fields)
    {
        var page = await visitor.Get(path);
        var found = page.QuerySelector(selector) ?? throw new InvalidOperationException($"{path} has no {selector}.");
        var button = found as IHtmlButtonElement;
        var form = found as IHtmlFormElement ?? (button?.GetAttribute("form") is { } id ? page.GetElementById(id) : found.Closest("form")) as IHtmlFormElement
            ?? throw new InvalidOperationException($"{selector} of {path} belongs to no form.");
        var values = form.QuerySelectorAll("input[type=hidden]").OfType<IHtmlInputElement>().Select(i => (Name: i.Name!, i.Value)).ToList();
        if (button?.Name is { Length: > 0 } name)
            values.Add((name, button.Value));
        var action = button?.GetAttribute("formaction") ?? form.GetAttribute("action")!;
        return await visitor.Send(action, [.. values, .. fields]);
    }

    /// <summary>Posts these fields and follows where that leads.</summary>
    public static async Task<Shown> Send(this Visitor visitor, string path, params (string Name, string Value)[] fields) =>
        await Shown.Of(await visitor.Http.PostAsync(path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)))));

    /// <summary>A token that the host gave this visitor on a page of theirs.</summary>
    public static async Task<(string Name, string Value)> FormToken(this Visitor visitor)
    {
        var field = (await visitor.Get("/account")).QuerySelector<IHtmlInputElement>($"input[name={TokenField}]");
        Assert.NotNull(field);
        return (TokenField, field.Value);
    }

    private static T? QuerySelector<T>(this IHtmlDocument page, string selector) where T : class => page.QuerySelector(selector) as T;

    /// <summary>Makes the client of a run silent since so long.</summary>
    public static async Task Silence(this World world, string run, TimeSpan since)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("update experiments.run set heard_at = now() - $1 where run_id = $2", connection) { Parameters = { new() { Value = since }, new() { Value = Guid.Parse(run, CultureInfo.InvariantCulture) } } };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
