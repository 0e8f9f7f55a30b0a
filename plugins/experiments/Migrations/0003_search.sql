-- Finding runs by the beginning of their name, whatever the collation. Parts of names are looked for among the newest runs
-- alone, which the primary key has in that order: no extension is needed that a server may lack.
create index run_name on experiments.run (lower(name) text_pattern_ops) where lifecycle = 'active';
