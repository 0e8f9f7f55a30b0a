using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Data;

/// <summary>Points as the columns that go to PostgreSQL.</summary>
internal sealed class PointColumns(int count)
{
    /// <summary>How many were added.</summary>
    public int Count { get; private set; }

    public long[] SeriesId { get; } = new long[count];
    public long[] Step { get; } = new long[count];
    public long[] At { get; } = new long[count];
    public double[] Value { get; } = new double[count];

    public void Add(long seriesId, long step, long at, double value)
    {
        var i = Count++;
        (SeriesId[i], Step[i], At[i], Value[i]) = (seriesId, step, at, value);
    }

    /// <summary>First, last, least and greatest of each series, series in ascending order.</summary>
    public PointTotals Totals()
    {
        var slots = new Dictionary<long, int>();
        foreach (var id in SeriesId)
            slots.TryAdd(id, 0);
        var ids = slots.Keys.Order().ToArray();
        for (var slot = 0; slot < ids.Length; slot++)
            slots[ids[slot]] = slot;
        var totals = new PointTotals(ids);
        for (var i = 0; i < SeriesId.Length; i++)
            totals.Add(slots[SeriesId[i]], Step[i], At[i], Value[i]);
        return totals;
    }
}

/// <summary>What a call adds to the totals of its series, as columns.</summary>
internal sealed class PointTotals
{
    public PointTotals(long[] seriesId)
    {
        SeriesId = seriesId;
        FirstStep = Filled(long.MaxValue);
        FirstAt = Filled(long.MaxValue);
        LastStep = Filled(long.MinValue);
        LastAt = Filled(long.MinValue);
        LastValue = Filled(double.NegativeInfinity);
        Min = Filled(double.PositiveInfinity);
        Max = Filled(double.NegativeInfinity);
    }

    public long[] SeriesId { get; }
    public long[] FirstStep { get; }
    public long[] FirstAt { get; }
    public long[] LastStep { get; }
    public long[] LastAt { get; }
    public double[] LastValue { get; }
    public double[] Min { get; }
    public double[] Max { get; }

    public void Add(int slot, long step, long at, double value)
    {
        FirstStep[slot] = Math.Min(FirstStep[slot], step);
        FirstAt[slot] = Math.Min(FirstAt[slot], at);
        if (IsLater(slot, step, at, value))
            (LastStep[slot], LastAt[slot], LastValue[slot]) = (step, at, value);
        if (double.IsNaN(value))
            return;
        Min[slot] = Math.Min(Min[slot], value);
        Max[slot] = Math.Max(Max[slot], value);
    }

    private bool IsLater(int slot, long step, long at, double value)
    {
        if (step != LastStep[slot])
            return step > LastStep[slot];
        if (at != LastAt[slot])
            return at > LastAt[slot];
        return new MetricPoint("", value, at, step).IsLaterThan(new("", LastValue[slot], at, step));
    }

    private T[] Filled<T>(T value)
    {
        var column = new T[SeriesId.Length];
        Array.Fill(column, value);
        return column;
    }
}
