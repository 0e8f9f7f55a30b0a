using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Slows guessing down: so many attempts a minute for each account and for each address, given back when the password was
/// right, so that an office behind one address can start its day. Counted per host; the lock of the account is in the database.
/// </summary>
public sealed class SignInLimits(IOptions<PeopleOptions> options, TimeProvider time)
{
    private const int MostKeys = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, List<long>> _attempts = [];
    private readonly Lock _lock = new();

    // Verifying a password costs a core for tens of milliseconds: a flood of them waits here, not every other request.
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Takes an attempt for both; a time to wait when there is none left.</summary>
    public TimeSpan? Take(string account, IPAddress? address) => Take(AddressKey(address)) ?? Take(AccountKey(account));

    /// <summary>Gives an attempt back that turned out to be right.</summary>
    public void GiveBack(string account, IPAddress? address)
    {
        lock (_lock)
            foreach (var key in (ReadOnlySpan<string>)[AccountKey(account), AddressKey(address)])
                if (_attempts.TryGetValue(key, out var taken) && taken.Count > 0)
                    taken.RemoveAt(taken.Count - 1);
    }

    /// <summary>Runs what verifies a password when it is its turn.</summary>
    public async Task<T> InTurn<T>(Func<Task<T>> verify)
    {
        await _turns.WaitAsync();
        try
        {
            return await verify();
        }
        finally
        {
            _turns.Release();
        }
    }

    private TimeSpan? Take(string key)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (_attempts.Count >= MostKeys)
                MakeRoom(now);
            if (!_attempts.TryGetValue(key, out var taken))
                _attempts[key] = taken = [];
            taken.RemoveAll(at => time.GetElapsedTime(at, now) >= Window);
            if (taken.Count >= options.Value.SignInsPerMinute)
                return Window - time.GetElapsedTime(taken[0], now);
            taken.Add(now);
            return null;
        }
    }

    private void MakeRoom(long now)
    {
        foreach (var (key, taken) in _attempts)
            if (taken.Count == 0 || time.GetElapsedTime(taken[^1], now) >= Window)
                _attempts.Remove(key);
        if (_attempts.Count >= MostKeys)
            _attempts.Remove(_attempts.Keys.First());
    }

    private static string AccountKey(string account) => "name " + account.ToLowerInvariant();

    // One household or machine has a whole /64 of IPv6.
    private static string AddressKey(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        return address?.AddressFamily == AddressFamily.InterNetworkV6
            ? "from " + Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : "from " + address;
    }
}
