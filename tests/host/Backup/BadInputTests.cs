using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crucible.Files;
using Crucible.Host.Backup;
using Crucible.Host.Tests.Postgres;
using Crucible.Testing;
using Dapper;

namespace Crucible.Host.Tests.Backup;

/// <summary>What is refused, in which words, and that nothing is left of the attempt.</summary>
public sealed class BadInputTests(BadInputTests.Taken world) : IClassFixture<BadInputTests.Taken>, IAsyncLifetime
{
    private static readonly InstalledModule Notes = Module.Of("notes", "create table notes.note (id int primary key, text text not null)");
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly Copy _copy = new();
    private EmptyDatabase From => world.From;
    private EmptyDatabase _into = null!;

    /// <summary>One good backup for all of them.</summary>
    public sealed class Taken : World
    {
        internal EmptyDatabase From { get; private set; } = null!;
        internal Copy Made { get; } = new();

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            From = await EmptyDatabase.Make(ConnectionString);
            await Module.Install(From, Module.Ground, Notes);
            await From.Run("insert into notes.note select g, md5(g::text) from generate_series(1, 500) g");
            await Made.Files.Write("a/b.txt", new MemoryStream("hello"u8.ToArray()), 100, default);
            await new TakeBackup(From.Address, Made.Files, TimeProvider.System).Into(Made.File, digests: true, Copy.Silent, default);
        }
    }

    public async ValueTask InitializeAsync()
    {
        _into = await EmptyDatabase.Make(world.ConnectionString);
        File.Copy(world.Made.File, _copy.File);
    }

    public async ValueTask DisposeAsync()
    {
        await _into.DisposeAsync();
        await _copy.DisposeAsync();
    }

    [Fact]
    public async Task Garbage_an_empty_file_another_zip_and_no_file_are_no_backups()
    {
        await File.WriteAllTextAsync(Other, "select 1;", Cancel);
        await Refused("is no backup");
        await File.WriteAllBytesAsync(Other, [], Cancel);
        await Refused("is no backup");
        var noise = new byte[100_000];
        new Random(7).NextBytes(noise);
        await File.WriteAllBytesAsync(Other, noise, Cancel);
        await Refused("is no backup");
        File.Delete(Other);
        await using (var zip = await ZipFile.OpenAsync(Other, ZipArchiveMode.Create, Cancel))
        await using (var entry = await zip.CreateEntry("manifest.json").OpenAsync(Cancel))
            await entry.WriteAsync("{}"u8.ToArray(), Cancel);
        await Refused("cut off, or another program made it");
        File.Delete(Other);
        await Refused("There is no file");
    }

    [Fact]
    public async Task However_it_is_cut_off_or_lengthened_it_is_refused_before_anything_is_written()
    {
        var whole = await File.ReadAllBytesAsync(_copy.File, Cancel);
        foreach (var length in new[] { 1, 3, 100, whole.Length / 2, whole.Length - 64, whole.Length - 1 })
        {
            await File.WriteAllBytesAsync(Other, whole[..length], Cancel);
            await Refused("backup");
        }
        await File.WriteAllBytesAsync(Other, [.. whole, 0], Cancel);
        await Refused("cut off, or another program made it");
    }

    [Fact]
    public async Task A_single_bit_anywhere_is_noticed()
    {
        var whole = await File.ReadAllBytesAsync(_copy.File, Cancel);
        var random = new Random(11);
        foreach (var place in Enumerable.Range(0, 40).Select(_ => random.Next(whole.Length)).Append(0).Append(whole.Length - 1))
        {
            var changed = whole.ToArray();
            changed[place] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(Other, changed, Cancel);
            await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, Notes], file: Other));
        }
        Assert.True(await _into.IsEmpty());
    }

    [Fact]
    public async Task One_of_a_newer_form_of_another_product_or_of_a_newer_schema_is_refused()
    {
        await Rewrite(manifest => manifest["format"] = 2);
        await Refused("made by a newer Crucible");
        await Rewrite(manifest => manifest["product"] = "Crucible Pro");
        await Refused("is no backup of Crucible");
        await Rewrite(manifest => manifest["migrations"]!.AsArray().Add(new JsonObject { ["module"] = "crucible", ["number"] = 9999, ["name"] = "9999_later.sql", ["checksum"] = "x" }));
        await Refused("has the schema of crucible at 9999_later.sql");
        await Rewrite(manifest => manifest["migrations"]![0]!["checksum"] = "x");
        await Refused("is not the file that had run");
        await Rewrite(manifest => manifest.Remove("tables"));
        await Refused("cannot be read as a backup");
    }

    [Fact]
    public async Task A_part_or_a_count_that_is_not_what_the_manifest_says_undoes_everything()
    {
        await Rewrite(manifest => Table(manifest, "note")["rows"] = 501);
        await Refused("had 501 rows and has 500");
        await Rewrite(manifest => Table(manifest, "note")["digest"] = "1");
        await Refused("are not the same after the restore");
        await Rewrite(manifest => Table(manifest, "note")["data"]!["sha256"] = new string('0', 64));
        await Refused("is not what was written");
        await Rewrite(manifest => Table(manifest, "note")["columns"]!.AsArray().Add("colour"));
        await Refused("the column colour");
        await Rewrite(manifest => manifest["files"]!["count"] = 2);
        await Refused("names 2 files and holds 1");
    }

    [Fact]
    public async Task A_file_name_that_leads_elsewhere_is_refused()
    {
        var evil = new MemoryStream();
        await using (var tar = new System.Formats.Tar.TarWriter(evil, leaveOpen: true))
            await tar.WriteEntryAsync(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "../../etc/x") { DataStream = new MemoryStream("x"u8.ToArray()) }, Cancel);
        await Rewrite(_ => { }, files: evil.ToArray());
        await Refused("'../../etc/x', which is no file of Crucible's");
    }

    [Fact]
    public async Task A_plugin_that_is_not_here_is_named_and_its_data_can_be_left_out()
    {
        var refusal = await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground]));
        Assert.Contains("the plugin 'notes', which is not installed here", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--without notes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("holds no such plugin", (await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground], ["nonesuch"]))).Message, StringComparison.Ordinal);
        Assert.True(await _into.IsEmpty());
        await _copy.Restore(_into, [Module.Ground], ["notes"]);
        Assert.False(await _into.Ask<bool>("select to_regnamespace('notes') is not null or exists (select from crucible.migration where module = 'notes')"));
    }

    [Fact]
    public async Task An_older_schema_is_restored_as_it_was_and_then_brought_up_to_date()
    {
        var newer = Notes with { Migrations = [.. Notes.Migrations, Module.Of("notes", "", "alter table notes.note add column length int; update notes.note set length = length(text); alter table notes.note alter length set not null").Migrations[1]] };
        await _copy.Restore(_into, [Module.Ground, newer]);
        Assert.Equal(500L * 32, await _into.Ask<long>("select sum(length) from notes.note"));
        Assert.Equal(2L, await _into.Ask<long>("select count(*) from crucible.migration where module = 'notes'"));
    }

    [Fact]
    public async Task A_migration_that_fails_on_the_restored_rows_undoes_everything()
    {
        var newer = Notes with { Migrations = [.. Notes.Migrations, Module.Of("notes", "", "alter table notes.note add check (id < 100)").Migrations[1]] };
        var refusal = await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, newer]));
        Assert.Contains("0002_notes.sql failed", refusal.Message, StringComparison.Ordinal);
        Assert.True(await _into.IsEmpty());
        Assert.Null(await _copy.Restored.Read("a/b.txt", Cancel));
    }

    [Fact]
    public async Task A_database_that_holds_something_or_is_in_use_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(From, [Module.Ground, Notes]));
        Assert.Contains("is not empty: it holds", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(500L, await From.Ask<long>("select count(*) from notes.note"));

        await using var host = Ground.Connect(_into.Address.ConnectionString + ";Pooling=false");
        await using (await host.OpenConnectionAsync(Cancel))
            Assert.Contains("A Crucible is running", (await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, Notes]))).Message, StringComparison.Ordinal);

        await using var other = await _into.Address.Connect(Cancel);
        await other.ExecuteAsync("select pg_advisory_lock(@Lock)", new { Crucible.Host.Data.Migrator.Lock });
        Assert.Contains("is starting on", (await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, Notes]))).Message, StringComparison.Ordinal);
        Assert.True(await _into.IsEmpty());
    }

    [Fact]
    public async Task Stored_files_that_are_others_are_refused_and_the_same_ones_are_no_conflict()
    {
        await _copy.Restored.Write("a/b.txt", new MemoryStream("other"u8.ToArray()), 100, Cancel);
        Assert.Contains("a/b.txt is there with other content", (await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, Notes]))).Message, StringComparison.Ordinal);
        Assert.True(await _into.IsEmpty());
        await _copy.Restored.Write("a/b.txt", new MemoryStream("hello"u8.ToArray()), 100, Cancel);
        await _copy.Restore(_into, [Module.Ground, Notes]);
    }

    [Fact]
    public async Task Files_that_cannot_be_stored_undo_the_database_too()
    {
        Directory.CreateDirectory(Path.Combine(_copy.Folder, "restored"));
        await using var disk = await TempDisk.Mount(Path.Combine(_copy.Folder, "restored"), megabytes: 1);
        if (disk is null)
            return; // nobody may mount here
        disk.Fill();
        File.Delete(Path.Combine(_copy.Folder, "restored", "filler"));
        await _copy.Files.Write("large", new MemoryStream(new byte[3 << 20]), long.MaxValue, Cancel);
        File.Delete(_copy.File);
        await _copy.Take(From);
        Assert.Contains("could not be stored", (await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, Notes]))).Message, StringComparison.Ordinal);
        Assert.True(await _into.IsEmpty());
        Assert.Empty(await _copy.Restored.List("", Cancel) ?? []);
    }

    [Fact]
    public async Task A_full_disk_leaves_nothing_that_looks_like_a_backup()
    {
        var small = Path.Combine(_copy.Folder, "small");
        await using var disk = await TempDisk.Mount(small, megabytes: 1);
        var target = disk is null ? "/dev/full/a.zip" : Path.Combine(small, "a.zip");
        await From.Run("create table notes.noise as select g, md5(g::text) || md5((-g)::text) as t from generate_series(1, 60000) g");
        var refusal = await Assert.ThrowsAsync<BackupFault>(() => new TakeBackup(From.Address, _copy.Files, TimeProvider.System).Into(target, false, Copy.Silent, Cancel));
        await From.Run("drop table notes.noise");
        if (disk is null)
            return; // nobody may mount here; that it is refused is all there is to see
        Assert.Contains("not enough room", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(small));
    }

    [Fact]
    public async Task A_file_that_is_there_or_a_folder_that_is_not_is_said()
    {
        Assert.Contains("is there already", (await Assert.ThrowsAsync<BackupFault>(() => _copy.Take(From))).Message, StringComparison.Ordinal);
        var nowhere = new TakeBackup(From.Address, _copy.Files, TimeProvider.System).Into(Path.Combine(_copy.Folder, "no", "a.zip"), false, Copy.Silent, Cancel);
        Assert.Contains("There is no folder", (await Assert.ThrowsAsync<BackupFault>(() => nowhere)).Message, StringComparison.Ordinal);
        await using var empty = new Copy();
        Assert.Contains("holds no Crucible yet", (await Assert.ThrowsAsync<BackupFault>(() => empty.Take(_into))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(empty.Folder));
    }

    [Fact]
    public async Task Cancelled_in_the_middle_it_leaves_nothing_behind()
    {
        await using var empty = new Copy();
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => empty.Take(From.Address, false, (_, _, _) => cancel.Cancel(), cancel.Token));
        Assert.Empty(Directory.EnumerateFiles(empty.Folder));
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.Made.File));
    }

    private string Other => Path.Combine(_copy.Folder, "other.zip");

    private async Task Refused(string words)
    {
        var refusal = await Assert.ThrowsAsync<BackupFault>(() => _copy.Restore(_into, [Module.Ground, Notes], file: Other));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.True(await _into.IsEmpty());
        Assert.Empty(await _copy.Restored.List("", Cancel) ?? []);
    }

    private static JsonNode Table(JsonObject manifest, string name) => manifest["tables"]!.AsArray().Single(t => t!["table"]!["name"]!.GetValue<string>() == name)!;

    /// <summary>The same backup with another manifest and a seal that fits: only what the manifest says can give it away.</summary>
    private async Task Rewrite(Action<JsonObject> change, byte[]? files = null)
    {
        File.Delete(Other);
        await using var from = await ZipFile.OpenReadAsync(_copy.File, Cancel);
        await using var manifestText = await from.GetEntry(Manifest.Entry)!.OpenAsync(Cancel);
        var manifest = (await JsonNode.ParseAsync(manifestText, cancellationToken: Cancel))!.AsObject();
        change(manifest);
        await using (var file = new FileStream(Other, FileMode.Create, FileAccess.ReadWrite))
        {
            await using var sealing = new SealingStream(file);
            await using (var zip = new ZipArchive(sealing, ZipArchiveMode.Create, leaveOpen: true) { Comment = ArchiveWriter.Seal + ArchiveWriter.Blank })
                foreach (var entry in from.Entries)
                {
                    await using var into = await zip.CreateEntry(entry.FullName).OpenAsync(Cancel);
                    if (entry.FullName == Manifest.Entry)
                        await into.WriteAsync(Encoding.UTF8.GetBytes(manifest.ToJsonString()), Cancel);
                    else if (entry.FullName == FileTar.Entry && files is not null)
                        await into.WriteAsync(files, Cancel);
                    else
                        await using (var content = await entry.OpenAsync(Cancel))
                            await content.CopyToAsync(into, Cancel);
                }
            file.Position = file.Length - ArchiveWriter.Blank.Length;
            await file.WriteAsync(Encoding.ASCII.GetBytes(sealing.Seal()), Cancel);
        }
    }
}
