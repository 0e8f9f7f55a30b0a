using Crucible.Jobs;
using Crucible.Live;
using Crucible.Notices;
using Crucible.People;
using Crucible.Search;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Crucible.Modules;

/// <summary>
/// The verbs with which a plugin says what it offers. Nothing takes effect until <see cref="ICrucibleModule.Configure"/>
/// has returned without an exception, so a plugin that fails half-way leaves nothing behind.
/// By convention and without a line: Razor pages, files under <c>wwwroot</c>, embedded <c>Migrations/*.sql</c>, and
/// every class whose name ends in <c>Store</c> (registered as a singleton).
/// </summary>
public sealed class ModuleBuilder
{
    private readonly ModuleOffer _offer;

    internal ModuleBuilder(ModuleOffer offer, IConfiguration configuration)
    {
        _offer = offer;
        Configuration = configuration;
    }

    /// <summary>The plugin's own section, <c>Crucible:Plugins:{id}</c>.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>
    /// Binds <typeparamref name="T"/> to the plugin's section and checks its data annotations at start: all wrong
    /// values of all plugins are listed at once and this plugin is not started with them.
    /// </summary>
    public ModuleBuilder Options<T>() where T : class
    {
        _offer.Options.Add(typeof(T));
        return this;
    }

    /// <summary>Declares a permission <c>{id}.{verb}</c>, usable as an authorisation policy of that name.</summary>
    /// <param name="verb">Lower-case word, unique in the plugin.</param>
    /// <param name="least">The least role that has it.</param>
    /// <param name="what">What it allows, for the admin page.</param>
    public ModuleBuilder Permission(string verb, Role least, string what)
    {
        _offer.Permissions.Add(new($"{_offer.Info.Id}.{verb}", least, what));
        return this;
    }

    /// <summary>An entry of the left rail.</summary>
    public ModuleBuilder Nav(NavEntry entry)
    {
        _offer.Nav.Add(entry);
        return this;
    }

    /// <summary>A live tile of the home page.</summary>
    public ModuleBuilder Tile(HomeTile tile)
    {
        _offer.Tiles.Add(tile);
        return this;
    }

    /// <summary>A kind of live topic, and who may listen to one of its keys.</summary>
    public ModuleBuilder Topic(TopicKind kind)
    {
        _offer.Topics.Add(kind);
        return this;
    }

    /// <summary>
    /// Turns a change of the log into what listeners of its topic receive. It runs once per host process and change,
    /// however many listen, so what it writes must be fit for each of them.
    /// </summary>
    public ModuleBuilder Live<TChange>(Func<TChange, LivePush, ValueTask> push) where TChange : notnull
    {
        _offer.Live.Add(new(typeof(TChange), ChangeKind.Of(_offer.Info.Id, typeof(TChange)), (change, to) => push((TChange)change, to)));
        return this;
    }

    /// <summary>
    /// Reacts to a change, of this plugin or of one it requires, once for all hosts and in the order of commits. It is
    /// at least once: after a crash a change may come again, so reacting twice must do no harm. One that throws is tried
    /// again with growing pauses, ten times, then passed over with an error in the log.
    /// </summary>
    public ModuleBuilder On<TChange>(Func<TChange, IServiceProvider, CancellationToken, Task> react) where TChange : notnull
    {
        _offer.Reactions.Add(new(typeof(TChange), (change, services, cancel) => react((TChange)change, services, cancel)));
        return this;
    }

    /// <summary>A job that runs repeatedly, on one host of those that share the database. It can also be asked for through <see cref="IJobQueue"/>.</summary>
    /// <param name="cron">Quartz cron with seconds, UTC: <c>0 */5 * * * ?</c> is every five minutes.</param>
    /// <param name="policy">How it is run and what people read of it.</param>
    /// <typeparam name="TJob">The job; created per run with its dependencies injected.</typeparam>
    public ModuleBuilder Every<TJob>(string cron, JobPolicy? policy = null) where TJob : class, IBackgroundJob
    {
        return Add(new(typeof(TJob), _offer.Info.Id, cron, (policy ?? new()) with { AtOnce = 1 }));
    }

    /// <summary>A job that runs when asked for through <see cref="IJobQueue"/>.</summary>
    /// <param name="policy">How it is run and what people read of it.</param>
    public ModuleBuilder Job<TJob>(JobPolicy? policy = null) where TJob : class, IBackgroundJob
    {
        return Add(new(typeof(TJob), _offer.Info.Id, null, policy ?? new()));
    }

    private ModuleBuilder Add(JobRule rule)
    {
        if (_offer.Jobs.Any(j => j.Key == rule.Key))
            throw new InvalidOperationException($"The job {rule.Name} is declared twice. One that runs repeatedly can also be asked for; give two classes two names.");
        if (rule.Policy is not { Attempts: >= 1 and <= 25, AtOnce: null or (>= 1 and <= 1000) } || rule.Policy.Timeout < TimeSpan.FromSeconds(1) || rule.Policy.Timeout > TimeSpan.FromDays(1))
            throw new InvalidOperationException($"The policy of the job {rule.Name} is out of range: 1 to 25 attempts, a timeout of a second to a day, 1 to 1,000 at once.");
        _offer.Jobs.Add(rule);
        return this;
    }

    /// <summary>
    /// A kind of data that does not stay for ever. It is removed every night; admins see at <c>/admin/system</c> how long
    /// each kind is kept, and change it with the setting <c>Crucible:Retention:{id}:{kind}</c>.
    /// </summary>
    /// <param name="kind">Lower-case words with hyphens, unique in the plugin.</param>
    /// <param name="what">What it is, for admins, in the plural: "Runs in the trash".</param>
    /// <param name="days">How many days it is kept.</param>
    /// <param name="forget">Removes what is older than a time, in slices, and says how many rows went. Running it twice does no harm.</param>
    /// <param name="least">The fewest days that can be set.</param>
    public ModuleBuilder Retention(string kind, string what, int days, Func<IServiceProvider, DateTimeOffset, CancellationToken, Task<long>> forget, int least = 1)
    {
        _offer.Retention.Add(new(_offer.Info.Id, kind, what, days, least, forget));
        return this;
    }

    /// <summary>Things of this plugin that the palette and <c>/search</c> find.</summary>
    public ModuleBuilder Search(SearchSource source)
    {
        _offer.Search.Add(source);
        return this;
    }

    /// <summary>Something to do that the palette offers.</summary>
    public ModuleBuilder Action(PaletteAction action)
    {
        _offer.Actions.Add(action);
        return this;
    }

    /// <summary>A kind of notice that this plugin gives through <see cref="INotices"/>, as <c>{id}.{kind}</c>.</summary>
    public ModuleBuilder Notice(NoticeKind kind)
    {
        _offer.Notices.Add(kind with { Id = $"{_offer.Info.Id}.{kind.Id}" });
        return this;
    }

    /// <summary>This plugin's part of the weekly mail.</summary>
    public ModuleBuilder Digest(DigestPart part)
    {
        _offer.Digest.Add(part);
        return this;
    }

    /// <summary>HTTP endpoints beside the plugin's pages. Each needs a signed-in actor unless it says otherwise.</summary>
    public ModuleBuilder Endpoints(Action<IEndpointRouteBuilder> map)
    {
        _offer.Endpoints.Add(map);
        return this;
    }

    /// <summary>A health check of this plugin, part of <c>/healthz/ready</c>.</summary>
    public ModuleBuilder Health<TCheck>() where TCheck : class, IHealthCheck
    {
        _offer.HealthChecks.Add(typeof(TCheck));
        return this;
    }

    /// <summary>Makes realistic demo data through the plugin's own verbs when the host is started with <c>--demo</c>.</summary>
    public ModuleBuilder Seed(Func<IServiceProvider, CancellationToken, Task> seed)
    {
        _offer.Seeds.Add(seed);
        return this;
    }

    /// <summary>
    /// Something to ask for on the command line beside serving: <c>crucible import PATH</c>. It is listed by <c>help</c>, and runs in
    /// a process of its own, with the services of the host but nothing of them started.
    /// </summary>
    /// <param name="name">One lower-case word that the host does not use; the first plugin that declares it has it.</param>
    /// <param name="usage">What follows the name: <c>PATH [--dry-run]</c>.</param>
    /// <param name="what">What it does, in a few words, for the list.</param>
    /// <param name="run">Does it. Answers the exit code: 0 done, 1 refused or failed, 2 not understood.</param>
    public ModuleBuilder Command(string name, string usage, string what, Func<ModuleCommand, CancellationToken, Task<int>> run)
    {
        if (name.Length == 0 || !name.All(char.IsAsciiLetterLower))
            throw new InvalidOperationException($"The command '{name}' must be one lower-case word.");
        _offer.Commands.Add(new(name, usage, what, run));
        return this;
    }

    /// <summary>Services of this plugin, beside its stores.</summary>
    public ModuleBuilder Services(Action<IServiceCollection> register)
    {
        register(_offer.Services);
        return this;
    }
}
