-- What the run table keeps beside the runs: saved views, which way a metric is better, and acts on many runs at once.

-- Out of the way, but still written and read like any other.
alter table experiments.run add column if not exists archived_at timestamptz;

create table experiments.run_view (
    view_id         bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    name            text not null,
    owner_id        uuid not null,
    -- Seen by everybody who sees the experiment; otherwise by its owner alone.
    shared          boolean not null,
    -- The address of the table in this state: names and values of query parameters.
    state           jsonb not null,
    made_at         timestamptz not null default now(),
    unique (experiment_id, owner_id, name)
);

-- Which values of a metric are the good ones, where its name tells it wrongly.
create table experiments.metric_goal (
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    key             text not null,
    goal            text not null check (goal in ('min', 'max')),
    primary key (experiment_id, key)
);

-- One act on many runs. Who asked stands here as they were then: a job acts with what they could do when they asked.
create table experiments.run_batch (
    batch_id        uuid primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    person_id       uuid,
    user_name       text not null,
    display_name    text not null,
    sees_all        boolean not null,
    act             text not null,
    key             text,           -- of a tag
    value           text,           -- of a tag
    target_id       bigint,         -- where a move goes
    undoes          uuid,           -- the batch that is taken back
    run_ids         uuid[] not null,
    done            int not null default 0,
    at              timestamptz not null default now(),
    ended_at        timestamptz
);
create index run_batch_open on experiments.run_batch (experiment_id) where ended_at is null;
create index run_batch_at on experiments.run_batch (at);

-- The runs that it changed, and what a tag said before, for taking it back.
create table experiments.run_batch_change (
    batch_id        uuid not null references experiments.run_batch (batch_id) on delete cascade,
    run_id          uuid not null,
    before          text,
    primary key (batch_id, run_id)
);

-- What a run leaves behind that is gone for ever: points are too many to go with it in one transaction, files are elsewhere.
create table experiments.leftover (
    run_id          uuid primary key,
    folder          text not null,
    series          bigint[] not null
);
create index run_trash on experiments.run (deleted_at) where lifecycle = 'deleted';
