using Crucible.Jobs;

namespace Team.Chores;

/// <summary>Does it at once.</summary>
public sealed class Sweep(DiaryStore diary) : IBackgroundJob
{
    public Task Run(JobRun run, CancellationToken cancel) => diary.Add(run, $"swept {run.Arguments.GetValueOrDefault("room")}", cancel);
}

/// <summary>Throws, as often as it is told.</summary>
public sealed class Drop(DiaryStore diary) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        run.Log($"Attempt {run.Attempt}");
        if (run.Attempt <= int.Parse(run.Arguments.GetValueOrDefault("times", "99")))
            throw new InvalidOperationException($"The disk full sentinel, attempt {run.Attempt}.");
        await diary.Add(run, "caught", cancel);
    }
}

/// <summary>Takes for ever, and stops when it is told to.</summary>
public sealed class Hang : IBackgroundJob
{
    public Task Run(JobRun run, CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);
}

/// <summary>Waits until the diary holds a page for it.</summary>
public sealed class Wait(DiaryStore diary) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        await diary.Add(run, "waiting", cancel);
        while (!await diary.Holds($"go {run.Id}", cancel))
            await Task.Delay(10, cancel);
    }
}

/// <summary>Takes a thread and hears nothing until the diary lets it go.</summary>
public sealed class Sulk(DiaryStore diary) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        await diary.Add(run, "sulking", CancellationToken.None);
        while (!await diary.Holds($"go {run.Id}", CancellationToken.None))
            await Task.Delay(10, CancellationToken.None);
    }
}

/// <summary>At most two at once; notes how many there are.</summary>
public sealed class Narrow(DiaryStore diary) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        await diary.Add(run, "in", cancel);
        await Task.Delay(20, cancel);
        await diary.Add(run, "out", cancel);
    }
}

/// <summary>Reports as it goes.</summary>
public sealed class Count(DiaryStore diary) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        for (var i = 1; i <= 3; i++)
            run.Log($"Counted {i} \0 of 3", i == 3 ? "warn" : "info");
        run.Progress(3, 4, "Counting");
        while (!await diary.Holds($"go {run.Id}", cancel))
            await Task.Delay(10, cancel);
        run.Progress(4, 4);
        for (var i = 0; i < 10_050; i++)
            run.Log("Many");
    }
}

/// <summary>By the clock.</summary>
public sealed class Dust(DiaryStore diary) : IBackgroundJob
{
    public Task Run(JobRun run, CancellationToken cancel) => diary.Add(run, "dusted", cancel);
}
