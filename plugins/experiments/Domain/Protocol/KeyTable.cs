using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>
/// The keys of one batch, each made a string once. A thousand metrics have a handful of keys; comparing bytes with a
/// known string is cheaper than making another.
/// </summary>
internal sealed class KeyTable
{
    // Twice the entries of a batch, so that probing always finds a free slot.
    private const int Slots = 4096;

    private string?[]? _keys;

    public string Intern(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return reader.GetString()!;
        _keys ??= new string?[Slots];
        var hash = 2166136261u;
        foreach (var b in reader.ValueSpan)
            hash = (hash ^ b) * 16777619u;
        for (var probes = 0; probes < 16; probes++)
        {
            ref var key = ref _keys[(hash + (uint)probes) % Slots];
            if (key is null)
                return key = reader.GetString()!;
            if (reader.ValueTextEquals(key))
                return key;
        }
        return reader.GetString()!;
    }
}
