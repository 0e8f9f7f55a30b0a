using Crucible.Host.Tests.Postgres;

// The tests' executable is also a host in a process of its own, which a test can kill.
return args is [HostProcess.Verb, var dataPath, ..]
    ? await HostProcess.Play(dataPath)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
