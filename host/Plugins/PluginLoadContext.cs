using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Loader;

namespace Crucible.Host.Plugins;

/// <summary>
/// Where one plugin's assemblies live. An assembly is looked for in what the host always shares, then with the plugins
/// this one requires, then in its own folder. The own folder comes last: a private copy of a required plugin's
/// assembly would give the same types a second identity, and services would not be found.
/// </summary>
internal sealed class PluginLoadContext(string name, string assemblyPath) : AssemblyLoadContext(name)
{
    private static readonly FrozenSet<string> Shared = Frameworks().Concat(["Crucible.Sdk", "Npgsql", "Dapper"]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly AssemblyDependencyResolver _own = new(assemblyPath);

    /// <summary>Contexts of the plugins this one requires, known only after its module was read.</summary>
    public IReadOnlyList<PluginLoadContext> Requires { get; set; } = [];

    public Assembly LoadMain() => LoadFromAssemblyPath(assemblyPath);

    protected override Assembly? Load(AssemblyName name)
    {
        if (Shared.Contains(name.Name ?? ""))
            return null; // the default context has it
        foreach (var required in Requires)
            if (required.Offers(name) is { } theirs)
                return theirs;
        return _own.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string name) =>
        _own.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private Assembly? Offers(AssemblyName name) =>
        Assemblies.FirstOrDefault(a => string.Equals(a.GetName().Name, name.Name, StringComparison.OrdinalIgnoreCase));

    // The trusted list holds the frameworks and the host's own packages; only the former are promised to plugins.
    private static IEnumerable<string> Frameworks()
    {
        var listed = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator);
        return listed.Where(path => !path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal)).Select(path => Path.GetFileNameWithoutExtension(path));
    }
}
