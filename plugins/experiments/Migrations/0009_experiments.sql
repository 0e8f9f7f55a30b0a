-- Experiments as people work with them: how they stand, what they are for, which project they belong to, what was said about them.

create table experiments.project (
    project_id      bigint generated always as identity primary key,
    team_id         uuid not null,
    name            text not null,
    description     text not null default '',
    owner_id        uuid,
    archived        boolean not null default false,
    created_ms      bigint not null
);
create unique index project_name on experiments.project (team_id, lower(name));

alter table experiments.experiment
    add status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
    add paused boolean not null default false,
    add archived boolean not null default false,
    -- A client's experiment is running from its first run on; one that somebody made as pending waits for its start.
    add waits boolean not null default false,
    add started_ms bigint,
    add ended_ms bigint,
    add project_id bigint references experiments.project (project_id) on delete set null,
    add hypothesis text not null default '',
    add baseline_run_id uuid references experiments.run (run_id) on delete set null,
    -- The newest version of its configuration; 0 while it has none.
    add config_version int not null default 0;
create index experiment_project on experiments.experiment (project_id) where project_id is not null;
create index experiment_baseline on experiments.experiment (baseline_run_id) where baseline_run_id is not null;

update experiments.experiment e set status = 'running', started_ms = r.first
from (select experiment_id, min(start_time) as first from experiments.run group by 1) r
where r.experiment_id = e.experiment_id;

-- A deleted name can be used again. What is being removed for good is neither active nor in the trash, so that nobody restores half of it.
alter table experiments.experiment drop constraint experiment_name_key;
create unique index experiment_name on experiments.experiment (name) where lifecycle = 'active';
create index experiment_gone_name on experiments.experiment (name) where lifecycle <> 'active';
alter table experiments.experiment drop constraint experiment_lifecycle_check;
alter table experiments.experiment add constraint experiment_lifecycle_check check (lifecycle in ('active', 'deleted', 'purging'));
alter table experiments.run drop constraint run_lifecycle_check;
alter table experiments.run add constraint run_lifecycle_check check (lifecycle in ('active', 'deleted', 'purging'));
create index run_purging on experiments.run (experiment_id) where lifecycle = 'purging';

-- Every save of the configuration.
create table experiments.config (
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    version         int not null,
    format          text not null check (format in ('json', 'yaml')),
    source          text not null,          -- as it was typed, with its comments
    document        jsonb not null,         -- what it says
    at              timestamptz not null default now(),
    person_id       uuid,
    actor           text not null,
    primary key (experiment_id, version)
);

-- What people say about an experiment, a run of it, a point of a curve or a cell of a table.
create table experiments.comment (
    comment_id      bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    run_id          uuid references experiments.run (run_id) on delete cascade,
    place           text not null default '',   -- metric:val/loss@1200, cell:params.lr; empty for the whole
    person_id       uuid,
    author          text not null,              -- the name as it was then
    body            text not null,
    at              timestamptz not null default now(),
    edited_at       timestamptz,
    resolved_at     timestamptz,
    resolved_by     text
);
create index comment_subject on experiments.comment (experiment_id, comment_id);
create index comment_run on experiments.comment (run_id, comment_id) where run_id is not null;
create index activity_at on experiments.activity (at);
