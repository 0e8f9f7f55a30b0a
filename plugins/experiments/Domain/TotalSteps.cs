using System.Globalization;

namespace Crucible.Experiments.Domain;

/// <summary>How many steps a run will take, if it said so in a parameter that the usual trainers log.</summary>
public static class TotalSteps
{
    /// <summary>The parameters that say it, the first that is there counts.</summary>
    public static readonly string[] Keys =
        ["max_steps", "total_steps", "num_training_steps", "train_steps", "steps", "num_steps", "trainer.max_steps", "train.max_steps", "training.max_steps", "iterations"];

    /// <summary>The number of steps; null when no parameter says it.</summary>
    public static long? Of(IEnumerable<(string Key, string Value)> parameters)
    {
        var best = (Place: int.MaxValue, Steps: (long?)null);
        foreach (var (key, value) in parameters)
            if (Array.IndexOf(Keys, key) is >= 0 and var place && place < best.Place
                && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var steps) && steps is >= 1 and < 1e15)
                best = (place, (long)steps);
        return best.Steps;
    }
}
