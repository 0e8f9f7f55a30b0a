create table chores.did (n bigint generated always as identity primary key, run_id uuid, attempt int, what text not null, at timestamptz not null default clock_timestamp());
create index did_what on chores.did (what);
