namespace Crucible.Host.Postgres;

/// <summary>
/// Starts and stops the server process. It runs in a session of its own (pg_ctl sees to that), so neither Ctrl-C nor
/// the death of the host takes it along: a killed host finds it again at the next start.
/// </summary>
internal sealed class Server(ServerBinaries binaries, ServerAccount account, DataFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PatienceWithSilence = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NewsEvery = TimeSpan.FromSeconds(5);

    public ServerLog Log { get; } = new(folder);

    /// <summary>Returns null when it accepts connections, else what it said before it ended.</summary>
    public async Task<string?> Start(Endpoint at, string password, Action<string> progress, CancellationToken cancel)
    {
        await account.Own(folder.Log, cancel).ConfigureAwait(false);
        Log.Trim();
        Log.Mark();
        // pg_ctl's own wait looks ten times a second, so we knock ourselves; it stays only to tell that the server died.
        // Given a log file it hands none of our pipes on. Recovery after a crash may take long: no limit but the caller's.
        var watching = Command.Run(account.Line(binaries.PgCtl, folder, "start", "--silent", "--wait", "--timeout=86400", "--pgdata", folder.Cluster, "--log", Log.StartFile), CancellationToken.None);
        Answer answer;
        try
        {
            answer = await Wait(at, password, watching, progress, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A server that has not written its pid file yet cannot be stopped, and would stay.
            while (!watching.IsCompleted && Postmaster.Living(folder) is null)
                await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        switch (answer)
        {
            case Answer.Ready:
                return null;
            case Answer.WrongPassword:
                throw new StartupFailure($"The password in {folder.Password} is not the one that the database in {folder.Cluster} knows. Put the right file back, or delete it and start again: Crucible then sets a new password.");
            case Answer.NoDatabase:
                throw new StartupFailure($"The server in {folder.Cluster} has no database crucible any more. Restore it from a backup, or move the folder away and a new one is made.");
            default:
                var end = watching.IsCompleted ? await watching.ConfigureAwait(false) : new(1, "");
                return $"{Log.Tail(12)}\n{end.Output}";
        }
    }

    /// <summary>Waits until the server lets us in, refuses for good, or is silent for longer than is credible.</summary>
    public async Task<Answer> Wait(Endpoint at, string password, Task<Command>? watching, Action<string> progress, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var (heard, told) = (began, began);
        var pause = Pause;
        while (true)
        {
            var answer = await Door.Knock(at, password, cancel).ConfigureAwait(false);
            if (answer is not (Answer.Starting or Answer.Silence))
                return answer;
            if (watching is { IsCompleted: true } && !(await watching.ConfigureAwait(false)).Succeeded)
                return Answer.Silence;
            // While pg_ctl still waits the server lives, though it may not listen yet.
            if (answer is Answer.Starting || watching is { IsCompleted: false })
                heard = time.GetTimestamp();
            if (time.GetElapsedTime(heard) > PatienceWithSilence)
                return Answer.Silence;
            if (time.GetElapsedTime(told) > NewsEvery)
            {
                told = time.GetTimestamp();
                progress($"… PostgreSQL is still starting, it may be replaying its log after a crash ({time.GetElapsedTime(began).TotalSeconds:0} s)");
            }
            await Task.Delay(pause, time, cancel).ConfigureAwait(false);
            // It logs every knock that it turns away, and a long recovery would fill the log with them.
            pause = answer is Answer.Starting && pause < LongestPause ? pause * 1.5 : pause;
        }
    }

    /// <summary>Makes a running server read its settings again.</summary>
    public Task Reload(CancellationToken cancel) =>
        Command.Run(account.Line(binaries.PgCtl, folder, "reload", "--silent", "--pgdata", folder.Cluster), cancel);

    /// <summary>
    /// A clean end that does not wait for clients; when its last checkpoint takes too long, an end without one, after
    /// which the next start replays the log. Nothing that was committed is lost either way.
    /// </summary>
    /// <returns>Whether the server is gone.</returns>
    public async Task<bool> Stop(int cleanSeconds = 30, int hardSeconds = 10)
    {
        try
        {
            foreach (var (mode, seconds) in new[] { ("fast", cleanSeconds), ("immediate", hardSeconds) })
                if (Postmaster.Living(folder) is not null)
                    await Command.Run(account.Line(binaries.PgCtl, folder, "stop", "--silent", "--wait", $"--timeout={seconds}", "--mode", mode, "--pgdata", folder.Cluster), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StartupFailure)
        {
            // The binaries were removed while the server ran, by an upgrade of the machine say. The caller says what is left.
        }
        return Postmaster.Living(folder) is null;
    }
}
