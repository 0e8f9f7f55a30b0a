using Crucible.Modules;

namespace Team.Broken;

public sealed class BrokenModule : ICrucibleModule
{
#if Configure
    public ModuleInfo Info { get; } = new("brokenconfigure", "Throws in Configure", "1.0.0");
#elif Migration
    public ModuleInfo Info { get; } = new("brokenmigration", "Throws in a migration", "1.0.0");
#elif Sdk
    public ModuleInfo Info { get; } = new("brokensdk", "Wrong SDK", "1.0.0", "[7.0,8.0)");
#else
    public ModuleInfo Info { get; } = new("brokenmissing", "Missing dependency", "1.0.0") { Requires = ["nowhere"] };
#endif

    public void Configure(ModuleBuilder module)
    {
#if Configure
        throw new InvalidOperationException("the flux capacitor is not configured");
#else
        module.Nav(new("Broken", "/broken", "note"));
#endif
    }
}
