namespace Crucible.Modules;

/// <summary>
/// What a plugin implements, once, in the assembly that its folder is named after. The host creates it through its
/// public parameterless constructor, reads <see cref="Info"/>, checks the SDK range and the required plugins, and
/// then calls <see cref="Configure"/> exactly once, before the host's services exist.
/// </summary>
public interface ICrucibleModule
{
    /// <summary>Who this plugin is. Must not throw and must not change between calls.</summary>
    ModuleInfo Info { get; }

    /// <summary>
    /// Declares everything the plugin offers, one line each. An exception here disables this plugin alone and is
    /// shown with its message on the admin page.
    /// </summary>
    /// <param name="module">Collects what is declared; it may not be used after this method returns.</param>
    void Configure(ModuleBuilder module);
}
