using System.Security.Cryptography;
using System.Text;

namespace Crucible.Experiments.Domain;

/// <summary>By which an editor knows whether a note is still the one that was opened.</summary>
public static class NoteVersion
{
    /// <summary>16 hex digits that depend on the text alone.</summary>
    public static string Of(string note) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(note)))[..16];
}
