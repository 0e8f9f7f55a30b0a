-- Finding runs by the beginning of their name within an experiment, whatever the collation. Parts of names are looked for among
-- the newest runs alone, for which no extension is needed that a server may lack.
create index run_name on experiments.run (experiment_id, lower(name) text_pattern_ops) where lifecycle = 'active';
