using System.Text.Json;
using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Registry;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>A registered model and its versions.</summary>
public sealed class RegisteredModelModel(RegistryStore models, ModelVersionStore versions, Database database) : PluginPage
{
    private const int PageSize = 50;

    /// <summary>What the page shows.</summary>
    public ModelView View { get; private set; } = null!;

    /// <summary>The page.</summary>
    public async Task<IActionResult> OnGet(long id, CancellationToken cancel)
    {
        if (await models.Find(id, Actor, cancel) is not { } model)
            return NotFound();
        if (!ByScript)
            Shell.Of(HttpContext).Listen(await database.CursorOf([Topics.Team(model.TeamId)], cancel), [Topics.Team(model.TeamId)]);
        await Read(model, null, cancel);
        return Page();
    }

    /// <summary>Gives it another name.</summary>
    public Task<IActionResult> OnPostRename(long id, [FromForm] string? name, CancellationToken cancel) => Change(id, "name", name, async model =>
        RegistryLimits.CheckName(name?.Trim()) ?? await models.Rename(model.Name, name!.Trim(), Actor, cancel), cancel);

    /// <summary>Writes its description.</summary>
    public Task<IActionResult> OnPostNote(long id, [FromForm] string? text, CancellationToken cancel) => Change(id, "text", text, async model =>
        Limits.CheckText(text, "text", RegistryLimits.Description, required: false) ?? await models.Describe(model.Name, Given(text), Actor, cancel), cancel);

    /// <summary>Says what it was trained from, and with which adapter.</summary>
    public Task<IActionResult> OnPostOrigin(long id, [FromForm] string? baseModel, [FromForm] string? adapter, CancellationToken cancel) => Change(id, "adapter", adapter, async model =>
        Limits.CheckText(baseModel, "base model", 500, required: false) ?? CheckAdapter(adapter) ?? await models.SetOrigin(model.Name, Given(baseModel), Given(adapter), Actor, cancel), cancel);

    /// <summary>Sets a tag.</summary>
    public Task<IActionResult> OnPostTag(long id, [FromForm] string? key, [FromForm] string? value, CancellationToken cancel) => Change(id, "key", key, async model =>
        Limits.CheckKey(key?.Trim()) ?? Limits.CheckText(value, "value", RegistryLimits.TagValue, required: false) ?? await models.SetTag(model.Name, new(key!.Trim(), value ?? ""), Actor, cancel), cancel);

    /// <summary>Removes a tag.</summary>
    public Task<IActionResult> OnPostRemoveTag(long id, [FromForm] string key, CancellationToken cancel) => Change(id, "key", key, model => models.RemoveTag(model.Name, key, Actor, cancel), cancel);

    /// <summary>Lets an alias stand for a version.</summary>
    public Task<IActionResult> OnPostAlias(long id, [FromForm] int version, [FromForm] string? alias, CancellationToken cancel) => Change(id, "alias", alias, async model =>
        RegistryLimits.CheckAlias(alias?.Trim() ?? "") ?? await models.SetAlias(model.Name, alias!.Trim(), version, Actor, cancel), cancel);

    /// <summary>Takes an alias away.</summary>
    public Task<IActionResult> OnPostRemoveAlias(long id, [FromForm] string alias, CancellationToken cancel) => Change(id, "alias", alias, model => models.RemoveAlias(model.Name, alias, Actor, cancel), cancel);

    /// <summary>Writes what is special about a version.</summary>
    public Task<IActionResult> OnPostDescribeVersion(long id, [FromForm] int version, [FromForm] string? text, CancellationToken cancel) => Change(id, "version", text, async model =>
        Limits.CheckText(text, "text", RegistryLimits.Description, required: false) ?? await versions.Describe(model.Name, version, Given(text), Actor, cancel), cancel);

    /// <summary>Deletes a version.</summary>
    public Task<IActionResult> OnPostDeleteVersion(long id, [FromForm] int version, CancellationToken cancel) => Change(id, "version", null, model => versions.Delete(model.Name, version, Actor, cancel), cancel);

    /// <summary>Deletes the model for good.</summary>
    public async Task<IActionResult> OnPostDelete(long id, CancellationToken cancel)
    {
        if (await models.Find(id, Actor, cancel) is not { } model)
            return NotFound();
        if (await models.Delete(model.Name, Actor, cancel) is { } refusal)
            return Refused(refusal);
        new Toast($"{model.Name} was deleted").Say(HttpContext);
        return LocalRedirect(Address.Models);
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.ReplaceLineEndings("\n").Trim();

    private static ProtocolError? CheckAdapter(string? text)
    {
        if (Given(text) is not { } json)
            return null;
        if (json.Length > RegistryLimits.Adapter)
            return ProtocolError.Invalid($"Adapter settings have at most {RegistryLimits.Adapter:N0} characters; these have {json.Length:N0}.");
        try
        {
            using var read = JsonDocument.Parse(json);
            return read.RootElement.ValueKind == JsonValueKind.Object && !json.Contains("\\u0000", StringComparison.Ordinal) ? null : ProtocolError.Invalid("Adapter settings are a JSON object, such as {\"r\": 16}.");
        }
        catch (JsonException e)
        {
            return ProtocolError.Invalid($"This is not JSON: line {e.LineNumber + 1}, character {e.BytePositionInLine + 1}.");
        }
    }

    private async Task<IActionResult> Change(long id, string field, string? entered, Func<RegisteredModel, Task<ProtocolError?>> verb, CancellationToken cancel)
    {
        if (await models.Find(id, Actor, cancel) is not { } model)
            return NotFound();
        if (!Actor.MayWrite(model.TeamId))
            return Forbid();
        var refusal = await verb(model);
        if (refusal is { Code: not (ErrorCode.InvalidParameterValue or ErrorCode.ResourceAlreadyExists) })
            return Refused(refusal);
        if (refusal is null && !ByScript)
            return LocalRedirect(Address.Model(id));
        if (refusal is not null)
            Response.StatusCode = 422;
        await Read((await models.Find(id, Actor, cancel))!, refusal is null ? null : new(field, refusal.Message, entered), cancel);
        return Page();
    }

    private async Task Read(RegisteredModel model, FieldError? error, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page(model.Name, ("Models", Address.Models));
        int? before = int.TryParse(Query("before"), out var number) ? number : null;
        var found = await versions.Page(model.ModelId, before, PageSize + 1, cancel);
        var shown = found.Take(PageSize).ToList();
        var mayWrite = Actor.MayWrite(model.TeamId);
        View = new(model, [.. (await models.Parts([model.ModelId], cancel)).Tags[model.ModelId]], shown, await versions.Parts(shown, cancel))
        {
            Runs = await models.Runs(shown.Select(v => v.RunId).OfType<string>(), Actor, cancel),
            Older = found.Count > PageSize ? Address.With(Address.Model(model.ModelId), ("before", $"{shown[^1].Version}")) : null,
            Later = before is not null,
            Edit = error?.Field switch { "name" => "name", "text" => "note", "adapter" => "origin", null => Request.Method == "GET" ? Query("edit") : null, _ => null },
            MayWrite = mayWrite,
            MayDelete = Actor.MayDelete(model.TeamId, model.OwnerId),
            Token = mayWrite ? Token : null,
            Error = error,
        };
    }
}
