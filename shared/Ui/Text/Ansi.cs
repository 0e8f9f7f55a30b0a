using System.Globalization;

namespace Crucible.Ui.Text;

/// <summary>A piece of a line in one style.</summary>
/// <param name="Text">Without control characters.</param>
/// <param name="Classes">Of <c>a-bold a-dim a-italic a-underline a-strike a-fg0…15 a-bg0…15</c>; null for plain text.</param>
public readonly record struct AnsiPiece(string Text, string? Classes);

/// <summary>
/// Colours of terminals (ECMA-48, "select graphic rendition") as classes. The 256 and 16 million colours become the nearest of
/// the sixteen, since both themes have to stay readable. Everything else that steers a terminal is dropped.
/// </summary>
public static class Ansi
{
    private const char Escape = '\u001b';

    /// <summary>Reads one line. Never throws; takes time in proportion to its length.</summary>
    public static IReadOnlyList<AnsiPiece> Read(string line)
    {
        // A progress bar writes over itself: what stood last is what a person would see.
        line = line.TrimEnd('\r', '\n');
        if (line.LastIndexOf('\r') is >= 0 and var back) line = line[(back + 1)..];
        var pieces = new List<AnsiPiece>();
        var style = new Style();
        var begin = 0;
        for (var at = 0; at < line.Length;)
        {
            if (line[at] == Escape)
            {
                Add(at);
                at = Sequence(line, at, ref style);
                begin = at;
            }
            else if (char.IsControl(line[at]) && line[at] != '\t')
            {
                Add(at);
                begin = ++at;
            }
            else at++;
        }
        Add(line.Length);
        return pieces;

        void Add(int end)
        {
            if (end > begin) pieces.Add(new(line[begin..end], style.Classes));
        }
    }

    /// <summary>The line without any control sequence.</summary>
    public static string Plain(string line) => string.Concat(Read(line).Select(p => p.Text));

    // Returns where the text goes on. CSI … final byte; OSC … BEL or ST; otherwise two characters.
    private static int Sequence(string line, int at, ref Style style)
    {
        if (at + 1 >= line.Length) return line.Length;
        if (line[at + 1] == ']')
        {
            for (var i = at + 2; i < line.Length; i++)
            {
                if (line[i] == '\a') return i + 1;
                if (line[i] == Escape && i + 1 < line.Length && line[i + 1] == '\\') return i + 2;
            }
            return line.Length;
        }
        if (line[at + 1] != '[') return Math.Min(line.Length, at + 2);
        var end = at + 2;
        while (end < line.Length && line[end] is >= ' ' and <= '?') end++;
        if (end >= line.Length) return line.Length;
        if (line[end] == 'm') style.Apply(line.AsSpan(at + 2, end - at - 2));
        return line[end] is >= '@' and <= '~' ? end + 1 : end;
    }

    private struct Style
    {
        private bool _bold, _dim, _italic, _underline, _strike, _swap;
        private int? _fore, _back;

        public readonly string? Classes
        {
            get
            {
                var (fore, back) = _swap ? (_back, _fore) : (_fore, _back);
                string?[] all = [_bold ? "a-bold" : null, _dim ? "a-dim" : null, _italic ? "a-italic" : null, _underline ? "a-underline" : null, _strike ? "a-strike" : null,
                    fore is { } f ? $"a-fg{f}" : null, back is { } b ? $"a-bg{b}" : null];
                return string.Join(' ', all.Where(c => c is not null)) is { Length: > 0 } text ? text : null;
            }
        }

        public void Apply(ReadOnlySpan<char> parameters)
        {
            Span<int> codes = stackalloc int[24];
            var count = 0;
            foreach (var part in parameters.SplitAny(';', ':'))
            {
                if (count == codes.Length) break;
                codes[count++] = int.TryParse(parameters[part], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;
            }
            for (var i = 0; i < count; i++)
            {
                var code = codes[i];
                if (code is 38 or 48)
                {
                    var colour = Extended(codes[(i + 1)..count], out var used);
                    if (code == 38) _fore = colour; else _back = colour;
                    i += used;
                }
                else Set(code);
            }
        }

        private void Set(int code)
        {
            switch (code)
            {
                case 0: this = default; break;
                case 1: _bold = true; break;
                case 2: _dim = true; break;
                case 3: _italic = true; break;
                case 4: _underline = true; break;
                case 7: _swap = true; break;
                case 9: _strike = true; break;
                case 22: _bold = _dim = false; break;
                case 23: _italic = false; break;
                case 24: _underline = false; break;
                case 27: _swap = false; break;
                case 29: _strike = false; break;
                case >= 30 and <= 37: _fore = code - 30; break;
                case 39: _fore = null; break;
                case >= 40 and <= 47: _back = code - 40; break;
                case 49: _back = null; break;
                case >= 90 and <= 97: _fore = code - 82; break;
                case >= 100 and <= 107: _back = code - 92; break;
            }
        }

        private static int? Extended(ReadOnlySpan<int> rest, out int used)
        {
            used = rest switch { [5, _, ..] => 2, [2, _, _, _, ..] => 4, _ => rest.Length };
            return rest switch
            {
                [5, < 16 and var plain, ..] => plain,
                [5, >= 232 and <= 255 and var grey, ..] => Nearest((grey - 232) * 10 + 8, (grey - 232) * 10 + 8, (grey - 232) * 10 + 8),
                [5, < 232 and var cube, ..] => Nearest((cube - 16) / 36 * 51, (cube - 16) / 6 % 6 * 51, (cube - 16) % 6 * 51),
                [2, var red, var green, var blue, ..] => Nearest(red, green, blue),
                _ => null,
            };
        }

        // Bits of red, green and blue as terminals number them, and brightness as the second eight.
        private static int Nearest(int red, int green, int blue)
        {
            var most = Math.Max(red, Math.Max(green, blue));
            var least = Math.Min(red, Math.Min(green, blue));
            if (most - least < 32) return most switch { < 64 => 0, < 128 => 8, < 208 => 7, _ => 15 };
            var half = (most + least) / 2;
            return (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0) + (most > 200 ? 8 : 0);
        }
    }
}
