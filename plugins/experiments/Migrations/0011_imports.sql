-- What people bring in from elsewhere. The upload itself stands in the file store below imports/{id} until its job has ended.
create table experiments.import (
    import_id       uuid primary key,
    kind            text not null check (kind in ('file', 'server', 'folder')),
    title           text not null,          -- name of the file or folder, address of the server
    team_id         uuid not null,
    person_id       uuid,                   -- null for the command
    actor           text not null,
    state           text not null check (state in ('reading', 'ready', 'running', 'done', 'failed', 'cancelled', 'undone', 'expired')),
    settings        jsonb not null,
    -- User and password or token of a server, sealed by Data Protection; gone with the end of the job.
    secret          text,
    plan            jsonb,                  -- what reading it found
    counts          jsonb,                  -- what is done
    problem         text,                   -- why it failed, in words
    refusals        bigint not null default 0,
    cancel_by       text,
    created_at      timestamptz not null default now(),
    changed_at      timestamptz not null default now(),
    ended_at        timestamptz
);
create index import_newest on experiments.import (team_id, import_id desc);
create index import_open on experiments.import (state) where state in ('reading', 'ready', 'running');

-- A line that was not taken, or not as it stood. The first hundred thousand of an import are kept, all are counted.
create table experiments.import_refusal (
    import_id       uuid not null references experiments.import (import_id) on delete cascade,
    place           bigint not null,
    file            text not null,
    line            bigint not null,        -- 0 where it is about the whole file
    what            text not null,
    mend            text not null,
    primary key (import_id, place)
);

-- What an import made, so that it can be taken back: no reference, since both can be deleted for good.
create table experiments.import_made (
    import_id       uuid not null references experiments.import (import_id) on delete cascade,
    experiment_id   bigint not null,
    run_id          uuid,                   -- null for the experiment itself
    model_id        text,
    unique nulls not distinct (import_id, experiment_id, run_id, model_id)
);
create index import_made_run on experiments.import_made (run_id) where run_id is not null;
