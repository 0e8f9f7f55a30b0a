-- Exports that somebody asked for; the file of a completed one is exports/{export_id} in the file store.
create table experiments.export (
    export_id       uuid primary key,      -- version 7: the newest is the last
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    person_id       uuid,
    asked_by        text not null,         -- the name as it was then
    format          text not null check (format in ('csv', 'json', 'jsonl')),
    include         text[] not null,
    filter          text not null default '',
    run_ids         uuid[],                -- null for those that the filter finds
    gzip            boolean not null default false,
    state           text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed', 'cancelled')),
    rows_done       bigint not null default 0,
    rows_total      bigint,
    file_name       text,                  -- what a download is called
    bytes           bigint,
    error           text,
    created_at      timestamptz not null default now(),
    started_at      timestamptz,
    ended_at        timestamptz
);
create index export_experiment on experiments.export (experiment_id, export_id desc);
create index export_created on experiments.export (created_at);
