-- Who did what to an experiment and its runs, for the people who work on it. It goes with its experiment and names runs without
-- a reference: the line outlives the run. What admins must be able to prove later stands in crucible.audit beside it.
create table experiments.activity (
    id              bigint generated always as identity primary key,
    at              timestamptz not null default now(),
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    run_id          uuid,
    person_id       uuid,                   -- null for programs of the system
    actor           text not null,          -- the name as it was then
    action          text not null,          -- run.delete, experiment.rename
    title           text not null,          -- what it was done to was called then
    before          jsonb,
    after           jsonb
);
create index activity_newest on experiments.activity (experiment_id, id desc);
create index activity_run on experiments.activity (run_id, id desc) where run_id is not null;
