using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;

namespace Crucible.Experiments.Data;

/// <summary>How an experiment stands: started, paused, ended, archived. Verbs answer null when done, else why not.</summary>
public sealed class ExperimentLifeStore(Database database, TimeProvider time)
{
    /// <summary>Does what the verb says, by the rules of <see cref="ExperimentState"/>; a refusal by them is <see cref="ErrorCode.ResourceConflict"/>.</summary>
    public async Task<ProtocolError?> Apply(long experimentId, ExperimentVerb verb, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var before = experiment!.State;
        var outcome = before.After(verb);
        if (outcome.Refused)
            return new(ErrorCode.ResourceConflict, outcome.Refusal);
        await ExperimentGate.Keep(write, experiment, outcome.Next, time.GetUtcNow().ToUnixTimeMilliseconds(), cancel);
        write.TellExperiment(experiment.TeamId, experimentId, new ExperimentStatusChanged(experimentId, outcome.Next.Word));
        await write.Record(actor, $"experiment.{verb.Word()}", experimentId, null, experiment.Name, new { Status = before.Word }, new { Status = outcome.Next.Word }, cancel);
        await write.Commit(cancel);
        return null;
    }
}
