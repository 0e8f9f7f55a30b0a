-- How people arrange the charts of an experiment, and what they write beside a place of an axis.

-- A layout of panels. The one without a name is what its owner has before saving anything.
create table experiments.board (
    board_id        bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    owner_id        uuid not null,
    name            text not null default '',
    shared          boolean not null default false,
    layout          jsonb not null,
    -- Query of the page: which runs, over which axis, how smooth.
    view            text not null default '',
    updated_at      timestamptz not null default now(),
    check (name <> '' or not shared)
);
create unique index board_own on experiments.board (experiment_id, owner_id, lower(name)) where not shared;
create unique index board_shared on experiments.board (experiment_id, lower(name)) where shared;

-- A line across charts at one place of their axis, with words.
create table experiments.chart_note (
    note_id         bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    run_id          uuid references experiments.run (run_id) on delete cascade,     -- on the charts of one run; null on those of all
    metric          text,                                                           -- on the panels of one metric; null on all
    axis            text not null,                                                  -- step, elapsed, time, metrics.{key}
    x               double precision not null,
    label           text not null,
    author_id       uuid,
    author          text not null,
    made_at         timestamptz not null default now()
);
create index chart_note_experiment on experiments.chart_note (experiment_id, note_id);
