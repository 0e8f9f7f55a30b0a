global using MetricPoint = Crucible.Experiments.Data.MetricPoint;
global using Run = Crucible.Experiments.Data.Run;
