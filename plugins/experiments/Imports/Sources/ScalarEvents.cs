using System.Buffers.Binary;
using Crucible.Experiments.Domain;
using Google.Protobuf;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// The scalars in events of one file: as a simple value, or as a tensor of one number (TensorFlow 2, tensorboardX). Field numbers are
/// those of tensorboard/compat/proto/{event,summary,tensor}.proto; everything else in an event is passed over.
/// </summary>
internal sealed class ScalarEvents(string file, Report report)
{
    // Which plugin a name belongs to stands in its first value only.
    private readonly Dictionary<string, string> _plugins = new(StringComparer.Ordinal);

    /// <summary>The time of an event in milliseconds; null when it has none.</summary>
    public static long? Begin(ReadOnlyMemory<byte> one)
    {
        try
        {
            return Open(one) is { Wall: { } wall } ? wall : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The scalars of an event.</summary>
    public IReadOnlyList<SourcePoint> Read(ReadOnlyMemory<byte> one, long number)
    {
        try
        {
            var (wall, step, summary) = Open(one);
            return summary is null ? [] : Values(summary, wall ?? 0, step, number);
        }
        catch (InvalidProtocolBufferException)
        {
            report.Refuse(file, number, "This record is no event.", "It was passed over.");
            return [];
        }
    }

    private static (long? Wall, long Step, byte[]? Summary) Open(ReadOnlyMemory<byte> one)
    {
        var input = Input(one);
        var (wall, step, summary) = ((long?)null, 0L, (byte[]?)null);
        while (input.ReadTag() is > 0 and var tag)
            switch (tag)
            {
                case 1 << 3 | 1:
                    wall = Milliseconds(input.ReadDouble());
                    break;
                case 2 << 3:
                    step = input.ReadInt64();
                    break;
                case 5 << 3 | 2:
                    summary = input.ReadBytes().ToByteArray();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        return (wall, step, summary);
    }

    private static long? Milliseconds(double seconds) => seconds is >= 0 and < 9e12 ? (long)Math.Round(seconds * 1000) : null;

    private List<SourcePoint> Values(byte[] summary, long at, long step, long number)
    {
        var input = Input(summary);
        var points = new List<SourcePoint>();
        while (input.ReadTag() is > 0 and var tag)
            if (tag == (1 << 3 | 2))
            {
                if (Value(input.ReadBytes(), number) is var (name, value))
                    points.Add(new(name, value, at, step, file, number));
            }
            else
                input.SkipLastField();
        return points;
    }

    private (string, double)? Value(ByteString bytes, long number)
    {
        var input = Input(bytes.Memory);
        var (name, simple, tensor, plugin) = ("", (double?)null, (ByteString?)null, "");
        while (input.ReadTag() is > 0 and var tag)
            switch (tag)
            {
                case 1 << 3 | 2:
                    name = input.ReadString();
                    break;
                case 2 << 3 | 5:
                    simple = input.ReadFloat();
                    break;
                case 8 << 3 | 2:
                    tensor = input.ReadBytes();
                    break;
                case 9 << 3 | 2:
                    plugin = Plugin(input.ReadBytes());
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        if (plugin.Length > 0)
            _plugins.TryAdd(name, plugin);
        if (simple is { } value)
            return (name, value);
        if (tensor is null || (_plugins.TryGetValue(name, out var known) && known != "scalars"))
            return null;
        if (Number(tensor) is { } scalar)
            return (name, scalar);
        if (known == "scalars")
            report.Refuse(file, number, $"The scalar “{Wording.Cut(name, 100)}” is of a kind of number that is not read.", "Log it as float or double.");
        return null;
    }

    private static string Plugin(ByteString metadata)
    {
        var input = Input(metadata.Memory);
        while (input.ReadTag() is > 0 and var tag)
            if (tag == (1 << 3 | 2))
            {
                var data = Input(input.ReadBytes().Memory);
                while (data.ReadTag() is > 0 and var inner)
                    if (inner == (1 << 3 | 2))
                        return data.ReadString();
                    else
                        data.SkipLastField();
            }
            else
                input.SkipLastField();
        return "";
    }

    private static double? Number(ByteString tensor)
    {
        var input = Input(tensor.Memory);
        var (kind, content, value) = (0, (ByteString?)null, (double?)null);
        while (input.ReadTag() is > 0 and var tag)
            switch (tag)
            {
                case 1 << 3:
                    kind = input.ReadEnum();
                    break;
                case 4 << 3 | 2:
                    content = input.ReadBytes();
                    break;
                case 5 << 3 | 5:
                    value = input.ReadFloat();
                    break;
                case 5 << 3 | 2 when input.ReadBytes() is { Length: 4 } packed:
                    value = BinaryPrimitives.ReadSingleLittleEndian(packed.Span);
                    break;
                case 6 << 3 | 1:
                    value = input.ReadDouble();
                    break;
                case 6 << 3 | 2 when input.ReadBytes() is { Length: 8 } packed:
                    value = BinaryPrimitives.ReadDoubleLittleEndian(packed.Span);
                    break;
                case 7 << 3 or 10 << 3:
                    value = input.ReadInt64();
                    break;
                case 7 << 3 | 2 or 10 << 3 | 2 when Input(input.ReadBytes().Memory) is var packed && !packed.IsAtEnd:
                    value = packed.ReadInt64();
                    break;
                case 5 << 3 | 2 or 6 << 3 | 2 or 7 << 3 | 2 or 10 << 3 | 2:
                    break; // read in the condition, and of another number of values
                default:
                    input.SkipLastField();
                    break;
            }
        return content is { Length: > 0 } ? FromBytes(kind, content.Span) : value;
    }

    private static double? FromBytes(int kind, ReadOnlySpan<byte> bytes) => (kind, bytes.Length) switch
    {
        (1, 4) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        (2, 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        (3, 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        (9, 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        (14, 2) => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        (19, 2) => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => null,
    };

    private static CodedInputStream Input(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array) ? new(array.Array, array.Offset, array.Count) : new(bytes.ToArray());
}
