using Crucible.Search;

namespace Crucible.Ui.Guide;

internal sealed record GuideRun(string Name, string Status, string Teacher, double Ndcg, string By, TimeSpan Took);

/// <summary>The rows of the sample table, really filtered, sorted and paged, so that the kit can be tried out.</summary>
internal static class GuideRuns
{
    public const int PageSize = 5;

    public static Vocabulary Words { get; } = new(
        new("status", QualifierKind.Choice, "what state it is in") { Values = ["running", "completed", "failed"] },
        new("by", QualifierKind.Text, "who began it") { Ask = true },
        new("teacher", QualifierKind.Choice, "what it learns from") { Values = ["xl-12b", "m-3b"] },
        new("ndcg", QualifierKind.Number, "its measure, >0.43"),
        new("took", QualifierKind.Duration, "how long, >1h30m"));

    public static IReadOnlyList<GuideRun> All { get; } =
    [
        new("kl-t2-lr3e4", "running", "xl-12b", .4381, "Ines Duarte", TimeSpan.FromMinutes(72)),
        new("mse-logits", "completed", "xl-12b", .4365, "Tomo Kita", TimeSpan.FromMinutes(121)),
        new("kl-t2-lr2e4", "running", "xl-12b", .4352, "Ines Duarte", TimeSpan.FromMinutes(68)),
        new("kl-t1-lr3e4", "completed", "xl-12b", .429, "Ines Duarte", TimeSpan.FromMinutes(118)),
        new("margin-mse", "completed", "m-3b", .4279, "Wen Li", TimeSpan.FromMinutes(101)),
        new("kl-t2-small", "running", "m-3b", .4203, "Tomo Kita", TimeSpan.FromSeconds(1361)),
        new("kl-t4-warm", "running", "xl-12b", .4127, "Mira Okafor", TimeSpan.FromSeconds(2300)),
        new("kl-t2-lr1e3", "failed", "xl-12b", .2214, "Mira Okafor", TimeSpan.FromSeconds(664)),
    ];

    public static (IReadOnlyList<GuideRun> Rows, string? Newer, string? Older, int Count) Page(GuideState state)
    {
        if (state.Query.Errors.Count > 0) return ([], null, null, 0);
        var all = All.Where(r => state.Query.Terms.All(t => Fits(r, t) != t.Negated) && state.Query.Words.All(w => r.Name.Contains(w.Text, StringComparison.OrdinalIgnoreCase) != w.Negated)).ToList();
        if (state.Sort == "name") all.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        var begin = all.FindIndex(r => r.Name == state.After) + 1;
        return ([.. all.Skip(begin).Take(PageSize)], begin == 0 ? null : begin <= PageSize ? "" : all[begin - PageSize - 1].Name, begin + PageSize < all.Count ? all[begin + PageSize - 1].Name : null, all.Count);
    }

    private static bool Fits(GuideRun run, Qualifier term) => term.Key switch
    {
        "status" => term.Values.Contains(run.Status),
        "teacher" => term.Values.Contains(run.Teacher),
        "by" => term.Values.Any(v => run.By.Contains(v, StringComparison.OrdinalIgnoreCase)),
        "ndcg" => Compare(run.Ndcg.CompareTo(term.Number), term.Comparison),
        _ => Compare(run.Took.CompareTo(term.Duration), term.Comparison),
    };

    private static bool Compare(int order, Comparison comparison) => comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.AtMost => order <= 0,
        Comparison.More => order > 0,
        Comparison.AtLeast => order >= 0,
        _ => order == 0,
    };
}
