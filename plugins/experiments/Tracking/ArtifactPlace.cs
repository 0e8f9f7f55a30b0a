using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.People;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Tracking;

/// <summary>
/// Where artifacts are: <c>{experiment}/{run}/artifacts/…</c> and <c>{experiment}/models/{model}/artifacts/…</c>, the
/// same below the file store's <c>artifacts</c> folder and in the URLs of the proxy. Only paths of a run or model that
/// the actor may see exist.
/// </summary>
/// <param name="Path">In the file store.</param>
/// <param name="RunId">Its run; null for a model's.</param>
/// <param name="ExperimentId">Its experiment.</param>
/// <param name="TeamId">The team of that.</param>
/// <param name="Within">The path below the run's or model's own folder; may be empty.</param>
internal sealed record ArtifactPlace(string Path, Guid? RunId, long ExperimentId, Guid TeamId, string Within)
{
    private const string Folder = "artifacts";

    /// <summary>The folder of a run.</summary>
    public static string Of(RunRow run) => $"{Folder}/{Home(run.ArtifactUri, $"{run.RunId:N}", run.ExperimentId)}/{run.RunId:N}/{Folder}";

    // A run or model that was moved keeps its files, and so the experiment in their address is the one it began in. The rest of the
    // address has to be its own: where an experiment puts its files is for its maker to say.
    private static string Home(string uri, string own, long experimentId) =>
        uri.Split('/') is ["mlflow-artifacts:", [>= '0' and <= '9', ..] home, .. var rest, Folder] && string.Join('/', rest) == own && home.All(char.IsAsciiDigit) ? home : $"{experimentId}";

    /// <summary>Reads a path of the proxy.</summary>
    public static async Task<(ArtifactPlace? Place, ProtocolError? Refusal)> Find(HttpContext http, string path, Actor actor)
    {
        if (!ArtifactPath.TryRead(path, out path, out var unsafePath))
            return (null, ProtocolError.Invalid(unsafePath));
        var parts = path.Split('/');
        if (parts is ["0" or [>= '1' and <= '9', ..], "models", var modelId, Folder, ..])
        {
            var model = await http.RequestServices.GetRequiredService<ModelStore>().Find(modelId, actor, http.RequestAborted);
            return model is not null && parts[0] == Home(model.ArtifactUri, $"models/{modelId}", model.ExperimentId)
                ? (new($"{Folder}/{path}", null, model.ExperimentId, model.TeamId, string.Join('/', parts[4..])), null)
                : (null, None(path));
        }
        if (parts is [_, var run, Folder, ..] && Domain.RunId.TryRead(run, out var runId))
        {
            var found = await http.RequestServices.GetRequiredService<RunStore>().Find(runId, actor, http.RequestAborted);
            return found is not null && parts[0] == Home(found.ArtifactUri, $"{found.RunId:N}", found.ExperimentId) && run == found.RunId.ToString("N")
                ? (new($"{Folder}/{path}", runId, found.ExperimentId, found.TeamId, string.Join('/', parts[3..])), null)
                : (null, None(path));
        }
        return (null, None(path));
    }

    public static ProtocolError None(string path) => new(ErrorCode.ResourceDoesNotExist, $"No artifact {Wording.Cut(path, 300)} exists");
}
