-- Out of the tables that people look at every day, but not gone.
alter table experiments.run add column if not exists archived_at timestamptz;

-- The console of a run: what its program printed, line by line. A run keeps its newest lines; first_number says from where on.
create table experiments.run_log (
    run_id          uuid primary key references experiments.run (run_id) on delete cascade,
    first_number    bigint not null default 1,
    next_number     bigint not null default 1
);

create table experiments.run_log_line (
    run_id      uuid not null references experiments.run (run_id) on delete cascade,
    number      bigint not null,
    at          timestamptz not null,
    -- 0 trace, 1 debug, 2 info, 3 warn, 4 error, 5 fatal; null where nobody said.
    level       smallint,
    is_error    boolean not null default false,     -- it came from stderr
    source      text not null default '',           -- which of several writers: a rank, a worker
    seq         bigint,                             -- the writer's own number, by which a repeated call is known
    text        text not null,
    received_at timestamptz not null default now(),
    primary key (run_id, number)
);
create unique index run_log_line_seq on experiments.run_log_line (run_id, source, seq) where seq is not null;
create index run_log_line_loud on experiments.run_log_line (run_id, number) where level >= 3;
-- Lines are never changed and come in the order of time, so this is a few pages however many there are.
create index run_log_line_received on experiments.run_log_line using brin (received_at);

-- Calls that named themselves with an Idempotency-Key, and what they were answered.
create table experiments.run_log_call (
    run_id      uuid not null references experiments.run (run_id) on delete cascade,
    key         text not null,
    accepted    int not null,
    repeated    int not null,
    cut         int not null,
    last_number bigint not null,
    at          timestamptz not null default now(),
    primary key (run_id, key)
);
create index run_log_call_at on experiments.run_log_call (at);
