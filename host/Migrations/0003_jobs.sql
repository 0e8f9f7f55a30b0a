-- Runs of jobs: the queue and the history are one table, so that what an admin reads is what the hosts work from. The scheduler
-- (its tables begin with qrtz_) only says when a run is due.

create table crucible.node (
    id          bigint generated always as identity primary key,
    name        text not null,             -- the machine's, with a number when several hosts share it
    version     text not null,
    state       text not null default 'up' check (state in ('up', 'left', 'gone')),
    started_at  timestamptz not null default now(),
    beat_at     timestamptz not null default now(),
    ended_at    timestamptz,
    workers     int not null,
    abandoned   int not null default 0,    -- runs that ignored every signal and still hold a thread there
    jobs        text[] not null            -- keys of the jobs it knows
);
create index node_up on crucible.node (beat_at) where state = 'up';

create table crucible.job_run (
    id          uuid primary key,          -- version 7: the newest is the last
    job         text not null,             -- plugin.Job: looked up in the catalogue and nowhere else
    state       text not null default 'queued' check (state in ('queued', 'running', 'retrying', 'succeeded', 'dead', 'failed', 'cancelled')),
    arguments   jsonb,                     -- strings by name
    asked_by    text not null,             -- a user name, a plugin, or 'schedule'
    due         timestamptz,               -- which time of its schedule it stands for
    created_at  timestamptz not null default now(),
    ready_at    timestamptz not null default now(),
    attempt     int not null default 0,
    forgiven    int not null default 0,    -- attempts that somebody who retried it by hand has let pass
    node        text,
    node_id     bigint,
    started_at  timestamptz,
    ended_at    timestamptz,
    wait_ms     double precision,          -- from ready to started
    took_ms     double precision,          -- of the last attempt, by the host's monotonic clock
    done        double precision,
    total       double precision,
    doing       text,
    lines       int not null default 0,    -- of its log, those beyond the limit counted too
    cancel_at   timestamptz,
    cancel_by   text,
    error       text                       -- of the last attempt, one line
);
-- Whatever number of hosts finds a time due, one run stands for it.
create unique index job_run_due on crucible.job_run (job, due) where due is not null;
create index job_run_ready on crucible.job_run (job, ready_at, id) where state in ('queued', 'retrying');
create index job_run_running on crucible.job_run (node_id) where state = 'running';
create index job_run_rare on crucible.job_run (state, id) where state in ('dead', 'failed', 'cancelled');
create index job_run_job on crucible.job_run (job, id);
-- A queue turns over many times a day: the default would let a fifth of the table die before it is swept.
alter table crucible.job_run set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Attempts that did not succeed; the one that did stands in the run.
create table crucible.job_attempt (
    run_id      uuid not null references crucible.job_run on delete cascade,
    attempt     int not null,
    outcome     text not null check (outcome in ('failed', 'timed out', 'lost', 'cancelled')),
    node        text,
    started_at  timestamptz not null,
    took_ms     double precision,
    error       text not null,
    details     text,
    primary key (run_id, attempt)
);

create table crucible.job_log (
    run_id      uuid not null references crucible.job_run on delete cascade,
    line        int not null,
    attempt     int not null,
    at          timestamptz not null,
    level       text not null,
    text        text not null,
    primary key (run_id, line)
);

-- What an admin decided about a job, over what its plugin declares.
create table crucible.job_rule (
    job         text primary key,
    paused      boolean not null default false,
    at_once     int check (at_once between 1 and 1000),
    cron        text,
    changed_by  text not null,
    changed_at  timestamptz not null default now()
);

-- What the charts are drawn from. A host writes its own rows alone, whole, so that none waits for another.
create table crucible.job_minute (
    minute      timestamptz not null,
    job         text not null,
    node_id     bigint not null,
    succeeded   int not null,
    failed      int not null,
    cancelled   int not null,
    took        int[] not null,            -- counts by duration: slot n is below 2^(n/2) ms
    waited      int[] not null,
    primary key (minute, job, node_id)
);
