using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Crucible.Experiments.Demo;

/// <summary>Files that a run of the demo leaves behind.</summary>
internal static class DemoFiles
{
    public static IEnumerable<(string Path, byte[] Content)> Of(DemoRun run)
    {
        yield return ("confusion.png", Picture(run.Seed));
        yield return ("config.json", Encoding.UTF8.GetBytes("{" + string.Join(",", run.Params.Select(p => $"\"{p.Key}\":\"{p.Value}\"")) + "}"));
        yield return ("logs/train.log", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 40).Select(i => $"step {i * 100,6}  loss {.72 * Math.Exp(-i / 9.0) + .18:0.0000}  {41_800 + i * 7 % 900} tokens/s")) + (run.Breaks is { } at ? $"\nstep {at,6}  loss nan\nFloatingPointError: loss is not finite" : "\nfinished") + "\n"));
        yield return ("eval/errors.csv", Encoding.UTF8.GetBytes("query,expected,got\n" + string.Join('\n', Enumerable.Range(0, 20).Select(i => $"q{i * 31 + run.Seed},doc{i * 7},doc{i * 7 + i % 3}")) + "\n"));
        yield return ("tokenizer/vocab.txt", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 400).Select(i => $"tok{i}"))));
        yield return ("eval/report.html", Encoding.UTF8.GetBytes($"<!doctype html><title>Report</title><style>body{{font:14px sans-serif;margin:2rem}}td,th{{padding:4px 12px;text-align:left}}</style><h1>{run.Name}</h1><table><tr><th>split<th>ndcg@10<tr><td>easy<td>{run.Score + .08:0.000}<tr><td>hard<td>{run.Score - .05:0.000}</table>"));
        yield return ("model/README.md", Encoding.UTF8.GetBytes($"# {run.Name}\n\nTrained on `{run.Params["data.train"]}` for {run.Steps:N0} steps.\n\n| split | ndcg@10 |\n|---|---|\n| easy | {run.Score + .08:0.000} |\n| hard | {run.Score - .05:0.000} |\n\n- answers in 8 ms on one core\n- not tested on `de`\n"));
        // Pictures take the longest to make: only some runs have them.
        if (run.Seed is >= 20 and < 24)
            for (var epoch = 1; epoch <= 4; epoch++)
                yield return ($"samples/epoch-{epoch}.png", Picture(run.Seed * 10 + epoch));
        yield return ("checkpoints/last.safetensors", new byte[180_000 + run.Seed * 900]);
    }

    // The smallest PNG encoder there is: one grey-blue confusion matrix, eight by eight.
    private static byte[] Picture(int seed)
    {
        const int Cells = 8, Cell = 40, Size = Cells * Cell;
        var random = new Random(seed);
        var rows = new MemoryStream();
        var heat = Enumerable.Range(0, Cells * Cells).Select(i => i / Cells == i % Cells ? .7 + .3 * random.NextDouble() : .25 * random.NextDouble() * random.NextDouble()).ToArray();
        for (var y = 0; y < Size; y++)
        {
            rows.WriteByte(0);
            for (var x = 0; x < Size; x++)
            {
                var v = x % Cell == 0 || y % Cell == 0 ? 0 : heat[y / Cell * Cells + x / Cell];
                rows.Write([(byte)(18 + 120 * v), (byte)(24 + 96 * v), (byte)(32 + 214 * v)]);
            }
        }
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(rows.ToArray());
        var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, Size);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), Size);
        (head[8], head[9]) = (8, 2);
        Chunk(png, "IHDR", head);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, string kind, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(kind), .. data];
        png.Write(body);
        var crc = uint.MaxValue;
        foreach (var one in body)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }
}
