using System.Text;
using QRCoder;

namespace Crucible.Host.Pages.Account;

/// <summary>A QR code as the outline of an SVG, so that no picture of the secret is kept or fetched.</summary>
/// <param name="Size">Modules in a row, the quiet zone included.</param>
/// <param name="Path">The dark modules, for <c>d</c> of a path.</param>
internal sealed record QrPicture(int Size, string Path)
{
    public static QrPicture Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var path = new StringBuilder();
        var rows = code.ModuleMatrix;
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Count; x++)
                if (rows[y][x])
                    path.Append($"M{x} {y}h1v1h-1z");
        return new(rows.Count, path.ToString());
    }
}
