namespace Crucible.Experiments.Domain.Plots;

/// <summary>How closely columns of runs go together.</summary>
public static class Association
{
    /// <summary>
    /// Which share of a value's variance groups explain: omega squared of a one-way analysis of variance,
    /// ω² = (SSb − (k − 1)·MSw) / (SSt + MSw), cut off below 0 (Hays, Statistics, 1963). Unlike eta squared it does not grow
    /// with the mere number of groups.
    /// </summary>
    /// <param name="groups">Values of each group; those that are not finite are passed over.</param>
    /// <returns>0 to 1; null with fewer than two groups or with no more values than groups.</returns>
    public static double? OmegaSquared(IEnumerable<IEnumerable<double>> groups)
    {
        var all = groups.Select(g => g.Where(double.IsFinite).ToList()).Where(g => g.Count > 0).ToList();
        var (k, n) = (all.Count, all.Sum(g => g.Count));
        if (k < 2 || n <= k)
            return null;
        var mean = all.SelectMany(g => g).Average();
        double between = 0, within = 0;
        foreach (var group in all)
        {
            var own = group.Average();
            between += group.Count * (own - mean) * (own - mean);
            within += group.Sum(v => (v - own) * (v - own));
        }
        var spread = within / (n - k);
        var total = between + within + spread;
        return total > 0 && double.IsFinite(total) ? Math.Clamp((between - (k - 1) * spread) / total, 0, 1) : 0;
    }

    /// <summary>Pearson's correlation of pairs of finite numbers; NaN with fewer than three, or when one side is constant.</summary>
    public static double Pearson(IEnumerable<(double X, double Y)> pairs)
    {
        var finite = pairs.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToList();
        if (finite.Count < 3)
            return double.NaN;
        var (mx, my) = (finite.Average(p => p.X), finite.Average(p => p.Y));
        double xx = 0, xy = 0, yy = 0;
        foreach (var (x, y) in finite)
        {
            xx += (x - mx) * (x - mx);
            xy += (x - mx) * (y - my);
            yy += (y - my) * (y - my);
        }
        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1) : double.NaN;
    }

    /// <summary>Spearman's correlation: Pearson's of the ranks, equal values sharing their mean rank.</summary>
    public static double Spearman(IEnumerable<(double X, double Y)> pairs)
    {
        var finite = pairs.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToList();
        return Pearson(Ranks([.. finite.Select(p => p.X)]).Zip(Ranks([.. finite.Select(p => p.Y)])));
    }

    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Length];
        for (var at = 0; at < order.Length;)
        {
            var end = at;
            while (end < order.Length && values[order[end]] == values[order[at]])
                end++;
            for (var i = at; i < end; i++)
                ranks[order[i]] = (at + end - 1) / 2d;
            at = end;
        }
        return ranks;
    }
}
