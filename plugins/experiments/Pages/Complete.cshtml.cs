using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Search;
using Crucible.Experiments.Fragments;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>What can be written at the caret of a run search.</summary>
public sealed class CompleteModel(ExperimentStore experiments, CompletionReader reader) : PluginPage
{
    /// <summary>Options, with the piece of the text that each stands for.</summary>
    public async Task<IActionResult> OnGet(long id, string? text, int? at, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is null)
            return NotFound();
        var completion = Completion.At(text ?? "", at ?? int.MaxValue);
        return await Fragment<RunSearchOptions>((nameof(RunSearchOptions.Completion), completion), (nameof(RunSearchOptions.Items), await reader.Options(id, completion, cancel)));
    }
}
