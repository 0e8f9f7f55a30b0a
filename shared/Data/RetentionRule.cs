namespace Crucible.Data;

/// <summary>A kind of data that does not stay for ever.</summary>
/// <param name="Plugin">Whose it is.</param>
/// <param name="Kind">Lower-case words with hyphens, unique in the plugin.</param>
/// <param name="What">What it is, for admins: "Runs in the trash".</param>
/// <param name="Days">How long it is kept unless the setting <c>Crucible:Retention:{plugin}:{kind}</c> says otherwise.</param>
/// <param name="Least">The fewest days that can be set.</param>
/// <param name="Forget">Removes what is older, in slices, and says how many rows went. Running it twice does no harm.</param>
internal sealed record RetentionRule(string Plugin, string Kind, string What, int Days, int Least, Func<IServiceProvider, DateTimeOffset, CancellationToken, Task<long>> Forget)
{
    public string Name => $"{Plugin}.{Kind}";
}
