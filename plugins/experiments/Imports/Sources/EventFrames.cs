using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// The frames of a record file: eight bytes of length, four of its masked CRC-32C, the content, four of its masked CRC-32C, numbers
/// with the low byte first. (tensorflow/core/lib/io/record_writer.h)
/// </summary>
internal static class EventFrames
{
    /// <summary>Larger ones hold pictures or graphs, and are passed over.</summary>
    private const int LargestRead = 8 << 20;
    private const long LargestFrame = 2L << 30;
    private const string Rest = "What was whole before it was taken. The program may have ended while it wrote, or the file was copied in part.";

    /// <summary>The contents of the frames with their numbers from 1. A buffer is good until the next is asked for.</summary>
    public static async IAsyncEnumerable<(ReadOnlyMemory<byte> Content, long Number)> Read(Stream file, string name, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        var head = new byte[12];
        var buffer = new byte[64 * 1024];
        var tail = new byte[4];
        for (var number = 1L; ; number++)
        {
            var read = await file.ReadAtLeastAsync(head, head.Length, false, cancel);
            if (read == 0)
                yield break;
            var length = BinaryPrimitives.ReadUInt64LittleEndian(head);
            if (read < head.Length || Masked(head.AsSpan(0, 8)) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) || length > LargestFrame)
            {
                report.Refuse(name, number, read < head.Length ? "The file ends within this record." : "The length of this record is damaged, so the rest cannot be read.", Rest);
                yield break;
            }
            var large = length > LargestRead;
            if (!large && buffer.Length < (int)length)
                buffer = new byte[(int)length];
            var whole = large ? await Skip(file, (long)length, cancel) : await file.ReadAtLeastAsync(buffer.AsMemory(0, (int)length), (int)length, false, cancel) == (int)length;
            if (!whole || await file.ReadAtLeastAsync(tail, tail.Length, false, cancel) < tail.Length)
            {
                report.Refuse(name, number, "The file ends within this record.", Rest);
                yield break;
            }
            if (large)
                continue;
            if (Masked(buffer.AsSpan(0, (int)length)) == BinaryPrimitives.ReadUInt32LittleEndian(tail))
                yield return (buffer.AsMemory(0, (int)length), number);
            else
                report.Refuse(name, number, "The content of this record does not fit its checksum.", "It was passed over; copy the file again from where it was written.");
        }
    }

    /// <summary>CRC-32C, turned and moved as the format wants it.</summary>
    internal static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        crc = ~crc;
        return unchecked(BitOperations.RotateRight(crc, 15) + 0xa282ead8u);
    }

    private static async Task<bool> Skip(Stream file, long length, CancellationToken cancel)
    {
        if (file.CanSeek)
        {
            if (file.Length - file.Position < length)
                return false;
            file.Seek(length, SeekOrigin.Current);
            return true;
        }
        var buffer = new byte[64 * 1024];
        while (length > 0 && await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), cancel) is > 0 and var read)
            length -= read;
        return length == 0;
    }
}
