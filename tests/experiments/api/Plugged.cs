using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Api.Tests;

/// <summary>
/// The stores of the plugin as the host loaded it, for what pages show in ways of their own: its types are other ones than those this
/// project could reference, so they are found by name and called dynamically.
/// </summary>
internal sealed class Plugged(World world)
{
    private readonly Assembly _assembly = AppDomain.CurrentDomain.GetAssemblies().First(a =>
        a.GetName().Name == "Crucible.Experiments" && a.GetType("Crucible.Experiments.Data.SearchStore") is { } store && world.Services.GetService(store) is not null);

    public dynamic Store(string name) => world.Services.GetRequiredService(Type($"Data.{name}"));

    public dynamic Filter(string text) => Parsed("Domain.Search.RunFilter", "TryParse", text);

    public dynamic Order(params string[] entries) => Parsed("Domain.Search.SearchOrder", "TryParseRuns", entries);

    /// <summary>Null where the text names nothing to group by.</summary>
    public object? GroupKey(string? text) => Type("Domain.GroupKey").GetMethod("Read")!.Invoke(null, [text]);

    public dynamic Word(string type, string word) => Enum.Parse(Type(type), word);

    public dynamic View => Word("Domain.ViewType", "Active");

    /// <summary>Metrics of groups: <c>acc</c>, <c>Min acc</c>.</summary>
    public dynamic Metrics(params string[] metrics)
    {
        var all = Array.CreateInstance(Type("Domain.GroupMetric"), metrics.Length);
        for (var i = 0; i < metrics.Length; i++)
            all.SetValue(Metric(metrics[i]), i);
        return all;
    }

    public object GroupOrder(string by, bool descending, string metric = "") => Activator.CreateInstance(Type("Domain.GroupOrder"), Word("Domain.GroupOrder+Sorted", by), descending, Metric(metric))!;

    private object Metric(string text) => Activator.CreateInstance(Type("Domain.GroupMetric"), text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..],
        Word("Domain.Search.Aggregate", text.Contains(' ', StringComparison.Ordinal) ? text[..text.IndexOf(' ', StringComparison.Ordinal)] : "Last"))!;

    private object Parsed(string type, string method, object from)
    {
        object?[] arguments = [from, null, null];
        Assert.True((bool)Type(type).GetMethod(method)!.Invoke(null, arguments)!, arguments[2]?.ToString());
        return arguments[1]!;
    }

    private Type Type(string name) => _assembly.GetType($"Crucible.Experiments.{name}", throwOnError: true)!;
}
