namespace Crucible.Data;

/// <summary>Removing a lot without anybody waiting behind it: one bounded statement after the other, each with a commit of its own.</summary>
public static class Slices
{
    /// <summary>Repeats a slice until it finds nothing more to remove.</summary>
    /// <param name="slice">Removes at most so many rows and says how many those were.</param>
    /// <returns>How many went in all.</returns>
    public static async Task<long> UntilNone(Func<Task<int>> slice)
    {
        long gone = 0;
        while (await slice().ConfigureAwait(false) is > 0 and var some)
            gone += some;
        return gone;
    }
}
