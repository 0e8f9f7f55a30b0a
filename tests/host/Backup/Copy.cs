using Crucible.Files;
using Crucible.Host.Backup;
using Crucible.Host.Tests.Postgres;

namespace Crucible.Host.Tests.Backup;

/// <summary>A folder with backups and stored files, and the two verbs as the commands use them.</summary>
internal sealed class Copy : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    public Copy() => Directory.CreateDirectory(_folder.Path);

    public string File => _folder.In("a.zip");
    public string Folder => _folder.Path;
    public IFileStore Files => new FolderFiles(_folder.In("files"));
    public IFileStore Restored => new FolderFiles(_folder.In("restored"));

    public Task<Manifest> Take(EmptyDatabase from, bool digests = true, Report? report = null) => Take(from.Address, digests, report);

    public Task<Manifest> Take(DatabaseAddress from, bool digests = true, Report? report = null, CancellationToken? cancel = null) =>
        new TakeBackup(from, Files, TimeProvider.System).Into(File, digests, report ?? Silent, cancel ?? TestContext.Current.CancellationToken);

    public async Task Restore(EmptyDatabase into, IReadOnlyList<InstalledModule> modules, string[]? without = null, Report? report = null, string? file = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var archive = await ArchiveReader.Open(file ?? File, Silent, cancel);
        var plan = RestorePlan.For(archive.Manifest, modules, without ?? []);
        var files = new RestoreFiles(archive, Restored);
        await files.Check(cancel);
        try
        {
            await new Restore(into.Address, archive, plan).Run(digests: true, () => files.Write(Silent, cancel), report ?? Silent, cancel);
        }
        catch
        {
            await files.Undo();
            throw;
        }
    }

    public static void Silent(double done, double total, string what)
    {
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();
}
