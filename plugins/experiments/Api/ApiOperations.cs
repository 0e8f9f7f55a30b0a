using System.Globalization;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary>What this plugin offers below <c>/api/v1</c>.</summary>
internal static class ApiOperations
{
    public static void Map(IEndpointRouteBuilder app)
    {
        ExperimentOperations.Map(app);
        ExperimentLifeOperations.Map(app);
        ProjectOperations.Map(app);
        RunOperations.Map(app);
        RunPartOperations.Map(app);
        RunLogOperations.Map(app);
        ModelOperations.Map(app);
        ModelVersionOperations.Map(app);
        ExportOperations.Map(app);
    }

    /// <summary>The experiment of the path, when this actor may see it.</summary>
    public static async Task<(Experiment? Experiment, ApiError? Refusal)> Experiment(this ApiCall call)
    {
        var text = call.Route("id");
        var found = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? await call.Get<ExperimentStore>().Find(id, call.Actor, call.Cancel) : null;
        return found is null ? (null, ApiError.NotFound($"There is no experiment {Wording.Cut(text, 40)}.")) : (found, null);
    }

    /// <summary>The run of the path, when this actor may see it.</summary>
    public static async Task<(RunRow? Run, ApiError? Refusal)> Run(this ApiCall call)
    {
        var text = call.Route("id");
        var found = RunId.TryRead(text, out var id) ? await call.Get<RunStore>().Find(id, call.Actor, call.Cancel) : null;
        return found is null ? (null, ApiError.NotFound($"There is no run {Wording.Cut(text, 40)}.")) : (found, null);
    }

    /// <summary>What is wrong with these keys and values, and the values as they are kept.</summary>
    public static ApiError? Entries(IReadOnlyDictionary<string, string>? sent, string field, Func<string, string, (string Kept, ProtocolError? Refusal)> check, out List<Entry> entries)
    {
        entries = [];
        foreach (var (key, value) in sent ?? new Dictionary<string, string>())
        {
            // A null within an object gets past the types.
            var (kept, refusal) = check(key, value ?? "");
            if (refusal is not null)
                return ApiError.Invalid($"{field}.{Wording.Cut(key, 100)}", refusal.Message);
            entries.Add(new(key, kept));
        }
        return null;
    }
}
