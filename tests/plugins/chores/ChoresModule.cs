using Crucible.Modules;

namespace Team.Chores;

/// <summary>Jobs of every temper, for the tests of the job loop. They write what they did into <c>chores.did</c>.</summary>
public sealed class ChoresModule : ICrucibleModule
{
    public ModuleInfo Info { get; } = new("chores", "Chores", "1.0.0") { Description = "Jobs of every temper." };

    public void Configure(ModuleBuilder module) => module
        .Job<Sweep>(new() { Title = "Sweep the floor", What = "Writes down that it swept.", Arguments = [new("room", "Room", true), new("with", "With")] })
        .Job<Drop>(new() { Attempts = 3, Arguments = [new("times", "How often it fails")] })
        .Job<Hang>(new() { Timeout = TimeSpan.FromSeconds(1), Attempts = 1 })
        .Job<Wait>()
        .Job<Sulk>(new() { Attempts = 2 })
        .Job<Narrow>(new() { AtOnce = 2 })
        .Job<Count>()
        .Every<Dust>("0 0 3 * * ?", new() { What = "Dusts at night." });
}
