using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Ui;

namespace Crucible.Experiments.Pages;

/// <summary>The exports of all experiments that the visitor may see.</summary>
public sealed class ExportsModel(ExportStore store) : PluginPage
{
    internal const int PageSize = 50;

    /// <summary>One page, newest first.</summary>
    public IReadOnlyList<Export> Exports { get; private set; } = [];

    /// <summary>Older ones follow.</summary>
    public bool More { get; private set; }

    /// <summary>This is not the first page.</summary>
    public bool Paged { get; private set; }

    /// <summary>The page behind <paramref name="after"/>.</summary>
    public async Task OnGet(Guid? after, CancellationToken cancel)
    {
        var found = await store.Page(null, after, PageSize + 1, 0, Actor, cancel);
        (Exports, More, Paged) = ([.. found.Take(PageSize)], found.Count > PageSize, after is not null);
        Shell.Of(HttpContext).Page("Exports", ("Experiments", Address.Experiments));
    }
}
