namespace Crucible.Experiments.Imports;

/// <summary>A row of <c>experiments.import</c>.</summary>
/// <param name="ImportId">Its id; newer ones are greater.</param>
/// <param name="Kind"><c>file</c>, <c>server</c> or <c>folder</c> (by the command).</param>
/// <param name="Title">Name of the file or folder, or address of the server.</param>
/// <param name="TeamId">The team that gets what is made.</param>
/// <param name="PersonId">Who asked; null for the command.</param>
/// <param name="Actor">What they were called then.</param>
/// <param name="State">
/// <c>reading</c> for the preview, <c>ready</c> for the decision, <c>running</c>, then <c>done</c>, <c>failed</c>, <c>cancelled</c>,
/// <c>undone</c>, or <c>expired</c> when nobody decided.
/// </param>
/// <param name="SettingsJson">See <see cref="Settings"/>.</param>
/// <param name="Secret">Of a server, sealed.</param>
/// <param name="PlanJson">See <see cref="Plan"/>.</param>
/// <param name="CountsJson">See <see cref="Counts"/>.</param>
/// <param name="Problem">Why it failed.</param>
/// <param name="Refusals">Lines that were not taken, or not as they stood.</param>
/// <param name="CancelBy">Who asked for it to end.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="ChangedAt">When its state or its counts were written last.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record ImportRow(Guid ImportId, string Kind, string Title, Guid TeamId, Guid? PersonId, string Actor, string State, string SettingsJson, string? Secret,
    string? PlanJson, string? CountsJson, string? Problem, long Refusals, string? CancelBy, DateTime CreatedAt, DateTime ChangedAt, DateTime? EndedAt)
{
    internal const string Columns = """
        i.import_id, i.kind, i.title, i.team_id, i.person_id, i.actor, i.state, i.settings::text as settings_json, i.secret, i.plan::text as plan_json,
        i.counts::text as counts_json, i.problem, i.refusals, i.cancel_by, i.created_at, i.changed_at, i.ended_at
        """;

    /// <summary>How it is read and where it goes.</summary>
    public Settings Settings => ImportJson.Read<Settings>(SettingsJson) ?? new();

    /// <summary>What reading it found; null while that is not known.</summary>
    public Plan? Plan => ImportJson.Read<Plan>(PlanJson);

    /// <summary>What is done.</summary>
    public Counts Counts => ImportJson.Read<Counts>(CountsJson) ?? new();

    /// <summary>Somebody or something is at work on it, or will be.</summary>
    public bool Open => State is "reading" or "running";
}

internal static class ImportJson
{
    private static readonly System.Text.Json.JsonSerializerOptions Options = new(System.Text.Json.JsonSerializerDefaults.Web);

    public static string Write<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, Options).Replace("\\u0000", "\\u2400", StringComparison.Ordinal);

    public static T? Read<T>(string? text) where T : class => text is null ? null : System.Text.Json.JsonSerializer.Deserialize<T>(text, Options);
}
