-- What people want to hear of runs, what became of it, and where else it is told.

create table experiments.alert_rule (
    rule_id         bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    kind            text not null check (kind in ('ended', 'failed', 'lost', 'above', 'below', 'plateau', 'nan')),
    metric          text,                       -- null: any, or the rule is about the run
    bound           double precision,           -- above, below: the threshold; plateau: the least gain
    points          int not null default 1,     -- above, below: so many in a row
    steps           bigint,                     -- plateau: so many without a gain, or
    patience        interval,                   -- so long
    larger          boolean not null default false,
    filter          text not null default '',   -- of the run grammar; empty: every run
    people          text not null check (people in ('nobody', 'owner', 'maker', 'team')),
    push            boolean not null,
    mail            boolean not null,
    hooks           boolean not null,
    rest            interval,                   -- between two firings on one run; null: once a run
    enabled         boolean not null default true,
    muted_until     timestamptz,
    made_by         uuid,
    made_at         timestamptz not null default now()
);
create index alert_rule_experiment on experiments.alert_rule (experiment_id, rule_id);

-- How far a rule has read a curve, and what it remembers of it. Read after the points are committed, never with them.
create table experiments.alert_state (
    rule_id     bigint not null references experiments.alert_rule (rule_id) on delete cascade,
    series_id   bigint not null references experiments.series (series_id) on delete cascade,
    points      bigint not null default 0,
    step        bigint,                         -- the last point read
    at          bigint,
    value       double precision,
    streak      int not null default 0,
    best        double precision,
    best_step   bigint,
    best_at     bigint,
    holds       boolean not null default false,
    crossings   int not null default 0,         -- how often it began to hold
    primary key (rule_id, series_id)
);
create index alert_state_series on experiments.alert_state (series_id);

-- A firing is one row, whoever finds it: the second host that does meets the unique key.
create table experiments.alert_event (
    event_id        bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    rule_id         bigint not null,            -- the line outlives its rule
    run_id          uuid not null references experiments.run (run_id) on delete cascade,
    nth             int not null,               -- of this rule on this run
    kind            text not null,
    rule            text not null,              -- the rule in words, as it was
    metric          text,
    value           double precision,
    step            bigint,
    muted           boolean not null,
    at              timestamptz not null default now(),
    unique (rule_id, run_id, nth)
);
create index alert_event_newest on experiments.alert_event (experiment_id, event_id desc);
create index alert_event_run on experiments.alert_event (run_id);
create index alert_event_at on experiments.alert_event (at);

-- Until when runs were looked at: what was heard since is looked at after a restart.
create table experiments.alert_pulse (
    one         boolean primary key default true check (one),
    looked_at   timestamptz not null default now()
);
insert into experiments.alert_pulse default values;

create table experiments.webhook (
    hook_id         uuid primary key,           -- version 7
    team_id         uuid not null,
    experiment_id   bigint references experiments.experiment (experiment_id) on delete cascade,  -- null: all of the team
    name            text not null,
    url             text not null,
    secret          text not null,              -- sealed
    events          text[] not null,            -- kinds of rules; none: all
    enabled         boolean not null default true,
    made_at         timestamptz not null default now()
);
create index webhook_team on experiments.webhook (team_id, hook_id);
create index webhook_experiment on experiments.webhook (experiment_id) where experiment_id is not null;

create table experiments.webhook_delivery (
    delivery_id uuid primary key,               -- version 7; the receiver tells repetitions by it
    hook_id     uuid not null references experiments.webhook (hook_id) on delete cascade,
    event       text not null,
    body        text not null,
    state       text not null default 'queued' check (state in ('queued', 'delivered', 'given up')),
    attempts    int not null default 0,         -- since it was last asked for
    next_at     timestamptz,                    -- null: a run of the job has it, or nobody will try again
    made_at     timestamptz not null default now()
);
create index webhook_delivery_newest on experiments.webhook_delivery (hook_id, delivery_id desc);
create index webhook_delivery_due on experiments.webhook_delivery (next_at) where next_at is not null;
create index webhook_delivery_made on experiments.webhook_delivery (made_at);

create table experiments.webhook_attempt (
    attempt_id  bigint generated always as identity primary key,
    delivery_id uuid not null references experiments.webhook_delivery (delivery_id) on delete cascade,
    at          timestamptz not null default now(),
    status      int,                            -- null: there was no answer
    ms          int not null,
    error       text,
    answer      text                            -- its beginning
);
create index webhook_attempt_delivery on experiments.webhook_attempt (delivery_id, attempt_id);
