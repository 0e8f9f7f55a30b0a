using System.Net;
using Crucible.Host.People;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Crucible.Host.Security;

/// <summary>Believes <c>X-Forwarded-*</c> from the listed proxies and from nobody else, this machine included.</summary>
internal sealed class TrustedProxies(IOptions<PeopleOptions> people) : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions options)
    {
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in Entries(people.Value.TrustedProxies))
            if (IPAddress.TryParse(entry, out var address))
                options.KnownProxies.Add(address);
            else if (IPNetwork.TryParse(entry, out var network))
                options.KnownIPNetworks.Add(network);
        // An empty list would mean "believe everybody" to the middleware.
        options.ForwardedHeaders = options.KnownProxies.Count + options.KnownIPNetworks.Count == 0 ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // From the nearest proxy outwards, until one is not listed.
        options.ForwardLimit = null;
    }

    /// <summary>The entries that are neither an address nor a network.</summary>
    public static IEnumerable<string> Wrong(string list) =>
        Entries(list).Where(e => !IPAddress.TryParse(e, out _) && !IPNetwork.TryParse(e, out _));

    private static string[] Entries(string list) =>
        list.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
