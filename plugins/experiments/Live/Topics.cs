using System.Globalization;
using Crucible.Live;

namespace Crucible.Experiments.Live;

/// <summary>The topics of this plugin.</summary>
public static class Topics
{
    /// <summary><c>run:{run id, 32 hex digits}</c>: everything about one run.</summary>
    public static Topic Run(Guid runId) => new("run", runId.ToString("N"));

    /// <summary><c>experiment:{id}</c>: its runs as rows of a table, its name, note and tags.</summary>
    public static Topic Experiment(long experimentId) => new("experiment", experimentId.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>experiments:{team id, 32 hex digits}</c>: the list of a team's experiments.</summary>
    public static Topic Team(Guid teamId) => new("experiments", teamId.ToString("N"));
}
