using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace Crucible.Net;

/// <summary>
/// Connections to addresses that people have typed in: a webhook, a push service. Only to public addresses, so that nobody can
/// have this host talk to what stands behind its firewall (server-side request forgery). The name is looked up once and the
/// connection goes to the very address that was checked, so a name that answers differently the second time gains nothing.
/// </summary>
public static class OutsideConnection
{
    /// <summary>A handler whose connections are checked. It follows no redirects and uses no proxy and no cookies.</summary>
    /// <param name="allowed">Hosts that may be anywhere, as they stand in an address: <c>chat.internal</c>, <c>10.0.0.7:8080</c>.</param>
    public static SocketsHttpHandler Handler(IReadOnlyCollection<string> allowed) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 32,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancel) => Connect(context.DnsEndPoint, allowed, cancel),
    };

    /// <summary>Whether an address is reached over the public internet: not loopback, private, link-local (where clouds keep credentials), shared, multicast, reserved, nor one of these inside an IPv6 address.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !(b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 100 && b[1] is >= 64 and < 128) || (b[0] == 169 && b[1] == 254) || (b[0] == 172 && b[1] is >= 16 and < 32)
                || (b[0] == 192 && b[1] == 168) || (b[0] == 192 && b[1] == 0 && b[2] is 0 or 2) || (b[0] == 192 && b[1] == 88 && b[2] == 99) || (b[0] == 198 && b[1] is 18 or 19) || (b[0] == 198 && b[1] == 51 && b[2] == 100) || (b[0] == 203 && b[1] == 0 && b[2] == 113));
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || (b[0] & 0xE0) != 0x20)
            // Only 2000::/3 is routed, but NAT64 leads to IPv4 from outside it.
            return address.AddressFamily == AddressFamily.InterNetworkV6 && b.AsSpan(0, 12).SequenceEqual(Nat64) && IsPublic(new IPAddress(b.AsSpan(12, 4)));
        var sixToFour = b[0] == 0x20 && b[1] == 0x02;
        var special = b[0] == 0x20 && b[1] == 0x01 && (b[2] < 2 || (b[2] == 0x0D && b[3] == 0xB8));
        return !special && (!sixToFour || IsPublic(new IPAddress(b.AsSpan(2, 4))));
    }

    private static readonly byte[] Nat64 = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0];

    private static async ValueTask<Stream> Connect(DnsEndPoint place, IReadOnlyCollection<string> allowed, CancellationToken cancel)
    {
        var addresses = IPAddress.TryParse(place.Host, out var one) ? [one] : await Dns.GetHostAddressesAsync(place.Host, cancel).ConfigureAwait(false);
        var inside = allowed.Contains(place.Host, StringComparer.OrdinalIgnoreCase) || allowed.Contains($"{place.Host}:{place.Port}", StringComparer.OrdinalIgnoreCase);
        var open = inside ? addresses : addresses.Where(IsPublic).ToArray();
        if (open.Length == 0)
            throw new InsideAddressException($"{place.Host} leads to an address inside this network. An admin can allow it.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, place.Port, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>An address that somebody typed in leads inside. The message may be shown to them.</summary>
/// <param name="message">Which one.</param>
public sealed class InsideAddressException(string message) : HttpRequestException(message);
