namespace Crucible.Benchmarks.Figures;

/// <summary>Figures that are measured together, on a host that was just started.</summary>
internal sealed record Family(string Name, string Tells, Func<Bench, Task> Measure)
{
    public static IReadOnlyList<Family> All { get; } =
    [
        new("log", "metrics in", LogFigures.Measure),
        new("search", "runs found", SearchFigures.Measure),
        new("curves", "long histories out", CurveFigures.Measure),
        new("export", "runs and points as files", ExportFigures.Measure),
        new("pages", "time to first byte, first load", PageFigures.Measure),
        new("signin", "a whole sign-in beside the hash alone", SignInFigures.Measure),
        new("live", "one change to thousands of listeners", LiveFigures.Measure),
        new("livepoint", "a point from its acknowledgement to the page", LivePointFigures.Measure),
        new("backup", "all of it out and in again", BackupFigures.Measure),
        new("jobs", "short jobs, and a million past ones", JobFigures.Measure),
        new("panel", "a hundred long curves on one panel", PanelFigures.Measure),
        new("table", "the run table among 15 million series", TableFigures.Measure),
        new("start", "warm start and idle memory", StartFigures.Measure),
        new("soak", "memory over time", SoakFigures.Measure),
    ];
}
