namespace Crucible.Experiments.Tracking;
internal static class RunNames { public static string New() => $"brave-otter-{Random.Shared.Next(1000)}"; }
