using System.Globalization;

namespace Crucible.Host.Postgres;

/// <summary>
/// PostgreSQL's own configuration files, written whole at each start so that a newer Crucible's settings take effect.
/// The administrator's belong into <see cref="DataFolder.LocalSettings"/>, which is read last.
/// </summary>
internal static class Settings
{
    /// <returns>Whether a file changed.</returns>
    public static bool Write(string cluster, DataFolder folder, Endpoint at) =>
        Replace(Path.Combine(cluster, "postgresql.conf"), Server(folder, at)) | Replace(Path.Combine(cluster, "pg_hba.conf"), Access);

    private static bool Replace(string file, string text)
    {
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return false;
        File.WriteAllText(file + ".new", text);
        // Root's umask may be 077, the server is another user, and there is no secret inside.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(file + ".new", file, overwrite: true);
        return true;
    }

    private const string Access = """
        # Written by Crucible at each start.
        local all all scram-sha-256
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256

        """;

    private static string Server(DataFolder folder, Endpoint at) => $"""
        # Written by Crucible at each start; your own settings go into {folder.LocalSettings}
        listen_addresses = {(at.IsSocket ? "''" : Quoted(at.Host))}
        port = {at.Port.ToString(CultureInfo.InvariantCulture)}
        unix_socket_directories = {(at.IsSocket ? Quoted(at.Host) : "''")}
        unix_socket_permissions = 0700
        password_encryption = scram-sha-256
        max_connections = 200

        shared_buffers = 128MB
        work_mem = 8MB
        maintenance_work_mem = 64MB

        # Durability is a promise; bulk writes pay with fewer, longer checkpoints instead.
        fsync = on
        full_page_writes = on
        synchronous_commit = on
        max_wal_size = 2GB
        checkpoint_timeout = 15min
        wal_compression = on
        # No replica can reach this server, and backup is a COPY: the log needs no more than recovery takes.
        wal_level = minimal
        max_wal_senders = 0
        # Short queries, and many: compiling one costs more than it saves.
        jit = off

        logging_collector = on
        log_directory = {Quoted(folder.Log)}
        log_filename = '{ServerLog.FileNames}'
        log_rotation_size = {ServerLog.FileMegabytes.ToString(CultureInfo.InvariantCulture)}MB
        log_rotation_age = 0
        log_file_mode = 0600
        log_line_prefix = '%m [%p] %q%u@%d '
        log_timezone = 'UTC'

        # The messages are read by Crucible, the rest by people everywhere.
        lc_messages = 'C'
        lc_monetary = 'C'
        lc_numeric = 'C'
        lc_time = 'C'
        timezone = 'UTC'
        datestyle = 'iso, ymd'
        default_text_search_config = 'pg_catalog.english'

        {(File.Exists(folder.LocalSettings) ? $"include = {Quoted(folder.LocalSettings)}" : "")}

        """;

    private static string Quoted(string value) => $"'{value.Replace('\\', '/').Replace("'", "''", StringComparison.Ordinal)}'";
}
