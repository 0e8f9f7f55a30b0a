using System.Globalization;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>What the columns of a table are: by their prefix, by their name, or by what stands in them.</summary>
internal static class Columns
{
    private const int RowsLookedAt = 300;

    /// <summary>What a column can be, and what the page calls it.</summary>
    public static readonly IReadOnlyList<(string As, string Title)> All =
    [
        ("metric", "Metric"), ("param", "Parameter"), ("tag", "Tag"), ("ignore", "Leave out"), ("name", "Run name"), ("id", "Run id"), ("status", "Status"),
        ("start", "Start time"), ("end", "End time"), ("user", "User"), ("step", "Step"), ("time", "Time of the point"), ("key", "Name of the metric"), ("value", "Value of the metric"),
    ];

    private static readonly (string Prefix, string As)[] Prefixes =
        [("metrics.", "metric"), ("metric.", "metric"), ("metrics/", "metric"), ("params.", "param"), ("param.", "param"), ("parameters.", "param"), ("config.", "param"), ("params/", "param"), ("tags.", "tag"), ("tag.", "tag"), ("tags/", "tag")];

    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["runid"] = "id", ["runuuid"] = "id", ["id"] = "id", ["name"] = "name", ["runname"] = "name", ["run"] = "name", ["status"] = "status", ["state"] = "status",
        ["starttime"] = "start", ["start"] = "start", ["created"] = "start", ["createdat"] = "start", ["endtime"] = "end", ["end"] = "end", ["user"] = "user", ["userid"] = "user",
        ["step"] = "step", ["iteration"] = "step", ["globalstep"] = "step", ["timestamp"] = "time", ["walltime"] = "time", ["time"] = "time",
        ["key"] = "key", ["metric"] = "key", ["metricname"] = "key", ["value"] = "value", ["experimentid"] = "ignore", ["artifacturi"] = "ignore", ["duration"] = "ignore",
    };

    // What a number usually is that nobody measures.
    private static readonly HashSet<string> Settings = ["lr", "learningrate", "seed", "batchsize", "bs", "epochs", "dropout", "layers", "hidden", "momentum", "weightdecay", "wd", "warmup", "warmupsteps", "steps", "maxsteps", "numlayers", "depth", "width", "rank", "alpha", "beta", "gamma", "temperature", "topk", "topp"];

    /// <summary>The name without its prefix.</summary>
    public static string Short(string header)
    {
        foreach (var (prefix, _) in Prefixes)
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && header.Length > prefix.Length)
                return header[prefix.Length..];
        return header;
    }

    /// <summary>The columns in their order, each as somebody chose it, or else as it looks.</summary>
    public static async Task<IReadOnlyList<Column>> Guess(ITable table, IReadOnlyDictionary<string, string> chosen, CancellationToken cancel)
    {
        var seen = new Dictionary<string, (string Sample, bool Numbers, bool Whole)>(StringComparer.Ordinal);
        var (rows, changes, last) = (0, new HashSet<string>(StringComparer.Ordinal), new Dictionary<(string Run, string Header), string>());
        await foreach (var row in table.Rows(new Report(), cancel))
        {
            var run = row.Cells.FirstOrDefault(c => Named.GetValueOrDefault(Plain(c.Header)) is "id" or "name").Value ?? "";
            foreach (var (header, value) in row.Cells)
            {
                if (!last.TryAdd((run, header), value) && last[(run, header)] != value)
                    changes.Add(header);
                var number = ProtoNumbers.ToDouble(value);
                var before = seen.GetValueOrDefault(header, (value, true, true));
                seen[header] = (before.Item1, before.Item2 && number is not null, before.Item3 && number is { } n && n == Math.Floor(n));
            }
            if (++rows == RowsLookedAt)
                break;
        }
        if (rows == 0)
            throw new ImportFault($"{table.Name} holds no rows.");
        var curve = seen.Keys.Any(h => Named.GetValueOrDefault(Plain(h)) == "step");
        var columns = new List<Column>();
        foreach (var (header, (sample, numbers, whole)) in seen)
        {
            var As = chosen.TryGetValue(header, out var one) && All.Any(a => a.As == one) ? one : Looks(header, numbers, whole, curve, changes.Contains(header));
            // Two columns cannot both be the name: the second is kept as what it would be otherwise.
            if (As is not ("metric" or "param" or "tag" or "ignore") && columns.Any(c => c.As == As))
                As = numbers ? "metric" : "tag";
            columns.Add(new(header, As, Domain.Wording.Cut(sample, 60)));
        }
        if (columns.Exists(c => c.As == "key") && !columns.Exists(c => c.As == "value"))
            columns[columns.FindIndex(c => c.As == "key")] = columns.First(c => c.As == "key") with { As = "tag" };
        return columns;
    }

    private static string Looks(string header, bool numbers, bool whole, bool curve, bool changes)
    {
        foreach (var (prefix, As) in Prefixes)
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && header.Length > prefix.Length)
                return As;
        var plain = Plain(header);
        if (Named.TryGetValue(plain, out var named))
            return named;
        if (!numbers)
            return "param";
        // A learning rate that changes within a run is measured; a seed is not.
        return curve ? Settings.Contains(plain) && !changes ? "param" : "metric" : Settings.Contains(plain) || whole ? "param" : "metric";
    }

    private static string Plain(string header) => new([.. header.ToLower(CultureInfo.InvariantCulture).Where(char.IsLetterOrDigit)]);
}
