-- What the pages ask on every visit: how many runs an experiment has, and which ended last.
create index run_counted on experiments.run (experiment_id, lifecycle, status);
create index run_ended on experiments.run (end_time desc, run_id) where lifecycle = 'active' and end_time is not null;
