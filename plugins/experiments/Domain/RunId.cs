namespace Crucible.Experiments.Domain;

/// <summary>A run's id: a UUID in the database, 32 lower-case hex digits on the wire.</summary>
public static class RunId
{
    /// <summary>The id as clients see it.</summary>
    public static string Write(Guid id) => id.ToString("n");

    /// <summary>Reads an id, with or without dashes. False for anything that cannot be the id of a run of ours.</summary>
    public static bool TryRead(string? text, out Guid id)
    {
        id = default;
        return text?.Length switch
        {
            32 => Guid.TryParseExact(text, "n", out id),
            36 => Guid.TryParseExact(text, "d", out id),
            _ => false,
        };
    }

    /// <summary>MLflow's rule for ids: a letter or digit, then up to 255 letters, digits, underscores and dashes.</summary>
    public static bool IsWellFormed(string text)
    {
        if (text.Length is 0 or > 256 || !char.IsAsciiLetterOrDigit(text[0]))
            return false;
        foreach (var c in text)
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '-'))
                return false;
        return true;
    }
}
