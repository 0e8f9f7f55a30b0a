using System.Globalization;

namespace Crucible.Ui.Text;

/// <summary>Sizes in decimal units, as disks and file managers state them.</summary>
public static class Bytes
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Two or three digits and a unit: <c>452 MB</c>, <c>1.8 GB</c>, <c>0 B</c>.</summary>
    public static string Short(long bytes)
    {
        var (number, unit) = Split(bytes);
        return $"{number} {unit}";
    }

    /// <summary>Number and unit apart, for markup that sets the unit smaller.</summary>
    public static (string Number, string Unit) Split(long bytes)
    {
        double size = Math.Max(0, bytes);
        var unit = 0;
        // 999.5 would round up to 1000.
        while (size >= 999.5 && unit < Units.Length - 1) { size /= 1000; unit++; }
        var text = size.ToString(unit == 0 || size >= 9.95 ? "F0" : "F1", CultureInfo.InvariantCulture);
        return (Numbers.Trim(text), Units[unit]);
    }
}
