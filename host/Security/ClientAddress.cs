namespace Crucible.Host.Security;

/// <summary>Where a request comes from, after trusted proxies were believed.</summary>
internal static class ClientAddress
{
    public static string Of(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return address is null ? "a local socket" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
