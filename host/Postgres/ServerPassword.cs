using System.Security.Cryptography;

namespace Crucible.Host.Postgres;

/// <summary>The password of the role crucible, in a file that only the host's user can read.</summary>
internal static class ServerPassword
{
    public static string? Read(DataFolder folder) =>
        File.Exists(folder.Password) && File.ReadAllText(folder.Password).Trim() is { Length: > 0 } password ? password : null;

    public static string Make() => RandomNumberGenerator.GetHexString(48, lowercase: true);

    public static void Keep(DataFolder folder, string password)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var fresh = folder.Password + ".new";
        File.Delete(fresh); // A file that exists would keep its mode.
        using (var file = new StreamWriter(fresh, options))
            file.Write(password);
        File.Move(fresh, folder.Password, overwrite: true);
    }
}
