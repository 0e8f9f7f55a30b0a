using Crucible.Host.Postgres;

[assembly: AssemblyFixture(typeof(Crucible.Host.Tests.Postgres.PreparedFolder))]

namespace Crucible.Host.Tests.Postgres;

/// <summary>One data folder made the real way, at rest; tests take copies, because making one costs a second.</summary>
public sealed class PreparedFolder : IAsyncLifetime
{
    private readonly TempFolder _original = new();

    /// <summary>What making it told the person at the console.</summary>
    internal List<string> Said { get; } = [];

    public async ValueTask InitializeAsync()
    {
        await using var postgres = await EmbeddedPostgres.Start(_original.Path, Said.Add, TimeProvider.System, CancellationToken.None);
    }

    internal async Task<TempFolder> Copy()
    {
        var copy = new TempFolder();
        await Shell.Run("cp", "-a", _original.Path, copy.Path);
        return copy;
    }

    public ValueTask DisposeAsync() => _original.DisposeAsync();
}
