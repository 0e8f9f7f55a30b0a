using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Pages;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Crucible.Host.Notices;

/// <summary>Puts the bell into the frame of every page, and has the page listen for news of it.</summary>
internal sealed class BellFill(NoticeListStore notices, Database database) : IAsyncPageFilter
{
    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var http = context.HttpContext;
        if (Access.Of(http) is { Credential: { Kind: CredentialKind.Session, PersonId: var person } } && !http.Request.Headers.ContainsKey("HX-Request"))
        {
            var shell = Shell.Of(http);
            var topic = PersonAccessChanged.Topic(person);
            shell.Listen(await database.CursorOf([topic], http.RequestAborted), topic);
            shell.Bell = await notices.Bell(person, HttpMethods.IsGet(http.Request.Method) ? http.Request.Path + http.Request.QueryString : null, http.RequestAborted);
            shell.Account.Add(new("Notifications", "/account/notices", "bell"));
            shell.Account.Add(new("API reference", "/api", "terminal"));
        }
        await next();
    }
}
