using System.Net;
using System.Net.Sockets;
using Crucible.Data;
using Crucible.Host.Pages.Account;
using Crucible.Host.People;
using Crucible.Notices;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Notices;

/// <summary>Tells a person about a sign-in from an address or with a browser that was not seen before.</summary>
internal sealed class SignInPlaces(Database database, INotices notices, TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromDays(180);

    public async Task Seen(Person person, IPAddress? from, string agent, CancellationToken cancel)
    {
        var (address, browser) = (Network(from), BrowserName.Of(agent));
        await using var write = await database.Write(Actor.System(person.UserName), cancel);
        var (known, before) = await write.Connection.QuerySingleAsync<(bool, bool)>(new("""
            with here as (
                insert into crucible.sign_in_place (person_id, address, browser, seen_at) values (@Id, @address, @browser, @now)
                on conflict (person_id, address, browser) do update set seen_at = excluded.seen_at
            ), forgotten as (delete from crucible.sign_in_place where person_id = @Id and seen_at < @now - @Memory)
            select coalesce(bool_or(address = @address and browser = @browser), false), count(*) > 0 from crucible.sign_in_place where person_id = @Id
            """, new { person.Id, address, browser, now = time.GetUtcNow(), Memory }, cancellationToken: cancel));
        // The first of all is new everywhere, and no news to anybody.
        if (!known && before)
            await notices.Notify(write, person.Id, new("crucible.sign-in", $"New sign-in: {browser}", "/account#account-sessions")
            {
                Text = $"From {address}. If that was not you, change your password and sign out everywhere.",
                Status = "cancelled",
                Key = $"{address} {browser}",
            }, cancel);
        await write.Commit(cancel);
    }

    // One household or machine has a whole /64 of IPv6, and changes within it.
    private static string Network(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        return address is null ? "an unknown address"
            : address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address) ? address.ToString()
            : new IPNetwork(new([.. address.GetAddressBytes()[..8], .. new byte[8]]), 64).ToString();
    }
}
