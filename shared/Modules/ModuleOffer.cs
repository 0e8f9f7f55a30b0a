using Crucible.Data;
using Crucible.Jobs;
using Crucible.Live;
using Crucible.Notices;
using Crucible.Search;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Modules;

/// <summary>What one plugin declared; filled by <see cref="ModuleBuilder"/>, read by the host.</summary>
internal sealed class ModuleOffer(ModuleInfo info)
{
    public ModuleInfo Info { get; } = info;
    public List<Type> Options { get; } = [];
    public List<Permission> Permissions { get; } = [];
    public List<NavEntry> Nav { get; } = [];
    public List<HomeTile> Tiles { get; } = [];
    public List<TopicKind> Topics { get; } = [];
    public List<LiveRule> Live { get; } = [];
    public List<ReactionRule> Reactions { get; } = [];
    public List<JobRule> Jobs { get; } = [];
    public List<SearchSource> Search { get; } = [];
    public List<PaletteAction> Actions { get; } = [];
    public List<NoticeKind> Notices { get; } = [];
    public List<DigestPart> Digest { get; } = [];
    public List<Action<IEndpointRouteBuilder>> Endpoints { get; } = [];
    public List<RetentionRule> Retention { get; } = [];
    public List<Type> HealthChecks { get; } = [];
    public List<Func<IServiceProvider, CancellationToken, Task>> Seeds { get; } = [];
    public List<CommandRule> Commands { get; } = [];
    public IServiceCollection Services { get; } = new ServiceCollection();
}

internal sealed record LiveRule(Type Change, string Kind, Func<object, LivePush, ValueTask> Push);

internal sealed record ReactionRule(Type Change, Func<object, IServiceProvider, CancellationToken, Task> React);

internal sealed record JobRule(Type Job, string Plugin, string? Cron, JobPolicy Policy)
{
    public string Name => Job.Name;

    /// <summary>What a run names: the plugin and the job, nothing that could be another type.</summary>
    public string Key { get; } = $"{Plugin}.{Job.Name}";

    public string Title => Policy.Title ?? InWords(Name);

    // ForgetOldData becomes "Forget old data".
    private static string InWords(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) && !char.IsUpper(name[i - 1]) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));
}
