using System.Text;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>Lines of a file that may hold anything: none is ever held that is longer than a limit.</summary>
internal static class Lines
{
    /// <summary>The lines with their numbers from 1; null where one is longer than <paramref name="longest"/> characters.</summary>
    public static async IAsyncEnumerable<(long Number, string? Text)> Read(Stream content, int longest,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = new StreamReader(content, Encoding.UTF8, true, 64 * 1024, leaveOpen: true);
        var buffer = new char[32 * 1024];
        var line = new StringBuilder();
        var (number, tooLong, any) = (1L, false, false);
        int read;
        while ((read = await reader.ReadAsync(buffer, cancel)) > 0)
        {
            var start = 0;
            while (start < read)
            {
                var end = Array.IndexOf(buffer, '\n', start, read - start);
                var until = end < 0 ? read : end;
                if (!tooLong && line.Length + until - start > longest)
                    (tooLong, line) = (true, line.Clear());
                if (end >= 0 && !tooLong && line.Length == 0)
                {
                    yield return (number++, new string(buffer, start, until - start).TrimEnd('\r'));
                    (start, any) = (end + 1, false);
                    continue;
                }
                if (!tooLong)
                    line.Append(buffer, start, until - start);
                any = true;
                start = until;
                if (end < 0)
                    break;
                yield return (number++, tooLong ? null : line.ToString().TrimEnd('\r'));
                (line, tooLong, any, start) = (line.Clear(), false, false, end + 1);
            }
        }
        if (any)
            yield return (number, tooLong ? null : line.ToString().TrimEnd('\r'));
    }
}
