-- Experiments, runs and what training programs log to them. Times called *_ms or `at` are milliseconds of the Unix
-- epoch as the client sent them; timestamptz columns are the server's own clock.

create sequence experiments.experiment_id minvalue 1;

create table experiments.experiment (
    experiment_id       bigint primary key,
    -- Unique over all teams, deleted ones included: clients address experiments by name alone.
    name                text not null unique,
    artifact_location   text not null,
    team_id             uuid not null,
    owner_id            uuid,
    created_ms          bigint not null,
    updated_ms          bigint not null,
    lifecycle           text not null default 'active' check (lifecycle in ('active', 'deleted')),
    -- A running run whose client has been silent for longer is shown as lost.
    lost_after          interval not null default '3 hours'
);
create index experiment_team on experiments.experiment (team_id, created_ms desc, experiment_id);

create table experiments.experiment_tag (
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    key             text not null,
    value           text not null,
    primary key (experiment_id, key)
);

insert into experiments.experiment (experiment_id, name, artifact_location, team_id, created_ms, updated_ms)
select 0, 'Default', 'mlflow-artifacts:/0', '00000000-0000-0000-0000-000000000001', ms, ms
from (select (extract(epoch from now()) * 1000)::bigint) as t (ms);

create table experiments.run (
    run_id          uuid primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    name            text not null,
    user_id         text not null,
    owner_id        uuid,
    status          text not null check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
    start_time      bigint not null,
    end_time        bigint,
    artifact_uri    text not null,
    parent_run_id   uuid,
    lifecycle       text not null default 'active' check (lifecycle in ('active', 'deleted')),
    deleted_at      timestamptz,
    -- When the client last wrote, to within a few seconds.
    heard_at        timestamptz not null default now()
) with (fillfactor = 85);
create index run_newest on experiments.run (experiment_id, start_time desc, run_id);
create index run_parent on experiments.run (parent_run_id) where parent_run_id is not null;
create index run_running on experiments.run (experiment_id) where status = 'running' and lifecycle = 'active';

-- The experiment stands here too, so that a search comes to a key's values by one index.
create table experiments.param (
    run_id          uuid not null references experiments.run (run_id) on delete cascade,
    experiment_id   bigint not null,
    key             text not null,
    value           text not null,
    primary key (run_id, key)
);
create index param_value on experiments.param (experiment_id, key, left(value, 128));

create table experiments.tag (
    run_id          uuid not null references experiments.run (run_id) on delete cascade,
    experiment_id   bigint not null,
    key             text not null,
    value           text not null,
    primary key (run_id, key)
);
create index tag_value on experiments.tag (experiment_id, key, left(value, 128));

-- Metrics ------------------------------------------------------------------------------------------------------------

-- One metric of one run. "Last" is the point with the greatest (step, at, value), which is what MLflow calls latest.
create table experiments.series (
    series_id       bigint generated always as identity primary key,
    run_id          uuid not null references experiments.run (run_id) on delete cascade,
    experiment_id   bigint not null,
    key             text not null,
    points          bigint not null default 0,
    first_step      bigint,
    last_step       bigint,
    first_at        bigint,
    last_at         bigint,
    last_value      double precision,
    min_value       double precision,
    max_value       double precision,
    -- How many of them, the earliest ones, are in buckets.
    rolled_points   bigint not null default 0,
    unique (run_id, key)
) with (fillfactor = 80);
-- Filters and orders of the run search by one metric.
create index series_latest on experiments.series (experiment_id, key, last_value) include (run_id);
-- What the roll-up job looks for.
create index series_unrolled on experiments.series (series_id) where points - rolled_points >= 4096;

-- Whether one point is later than another: the greater (step, at, value), NaN counting as 0 there and losing to a 0.
-- The same as MetricPoint.IsLaterThan.
create function experiments.is_later(step bigint, at bigint, value double precision,
    than_step bigint, than_at bigint, than_value double precision) returns boolean language sql immutable as $$
    select than_step is null or (step, at, coalesce(nullif(value, 'NaN'), 0), value <> 'NaN')
        > (than_step, than_at, coalesce(nullif(than_value, 'NaN'), 0), than_value <> 'NaN')
$$;

-- The identity of a point is all of it: a repeated call adds nothing. A btree holds NaN equal to NaN.
create table experiments.point (
    series_id   bigint not null,
    step        bigint not null,
    at          bigint not null,
    value       double precision not null,
    primary key (series_id, step, at, value)
);

-- Runs of consecutive points in the order (step, at), for drawing long curves without reading them. Together a series'
-- buckets cover its first rolled_points points without a gap; a bound never cuts through an equal (step, at). A point
-- that arrives late drops the bucket it falls in and those after it.
create table experiments.bucket (
    series_id   bigint not null,
    first_step  bigint not null,
    first_at    bigint not null,
    first_value double precision not null,
    last_step   bigint not null,
    last_at     bigint not null,
    last_value  double precision not null,
    points      int not null,
    -- Of the finite values, and where they are; null when there is none.
    min_value   double precision,
    min_step    bigint,
    min_at      bigint,
    max_value   double precision,
    max_step    bigint,
    max_at      bigint,
    primary key (series_id, last_step, last_at)
);

-- Datasets, models ---------------------------------------------------------------------------------------------------

create table experiments.dataset (
    dataset_id      bigint generated always as identity primary key,
    experiment_id   bigint not null references experiments.experiment (experiment_id) on delete cascade,
    name            text not null,
    digest          text not null,
    source_type     text not null,
    source          text not null,
    schema          text,
    profile         text,
    unique (experiment_id, name, digest)
);

create table experiments.input (
    run_id      uuid not null references experiments.run (run_id) on delete cascade,
    dataset_id  bigint not null references experiments.dataset (dataset_id) on delete cascade,
    context     text,       -- its tag mlflow.data.context: training, validation, …
    primary key (run_id, dataset_id)
);
create index input_dataset on experiments.input (dataset_id);

create table experiments.input_tag (
    run_id      uuid not null,
    dataset_id  bigint not null,
    key         text not null,
    value       text not null,
    primary key (run_id, dataset_id, key),
    foreign key (run_id, dataset_id) references experiments.input (run_id, dataset_id) on delete cascade
);

create table experiments.logged_model (
    model_id            text primary key,
    experiment_id       bigint not null references experiments.experiment (experiment_id) on delete cascade,
    run_id              uuid references experiments.run (run_id) on delete set null,
    name                text not null,
    model_type          text,
    artifact_uri        text not null,
    status              text not null check (status in ('LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED')),
    status_message      text,
    created_ms          bigint not null,
    updated_ms          bigint not null,
    owner_id            uuid,
    lifecycle           text not null default 'active' check (lifecycle in ('active', 'deleted'))
);
create index logged_model_newest on experiments.logged_model (experiment_id, created_ms desc, model_id);
create index logged_model_run on experiments.logged_model (run_id);

create table experiments.logged_model_param (
    model_id    text not null references experiments.logged_model (model_id) on delete cascade,
    key         text not null,
    value       text not null,
    primary key (model_id, key)
);

create table experiments.logged_model_tag (
    model_id    text not null references experiments.logged_model (model_id) on delete cascade,
    key         text not null,
    value       text not null,
    primary key (model_id, key)
);

-- The points that were logged with a model_id, beside their place in `point`.
create table experiments.logged_model_metric (
    model_id        text not null references experiments.logged_model (model_id) on delete cascade,
    run_id          uuid not null references experiments.run (run_id) on delete cascade,
    key             text not null,
    step            bigint not null,
    at              bigint not null,
    value           double precision not null,
    dataset_name    text not null default '',
    dataset_digest  text not null default '',
    primary key (model_id, run_id, key, dataset_name, dataset_digest, step, at, value)
);

create table experiments.model_input (
    run_id      uuid not null references experiments.run (run_id) on delete cascade,
    model_id    text not null,
    primary key (run_id, model_id)
);

create table experiments.model_output (
    run_id      uuid not null references experiments.run (run_id) on delete cascade,
    model_id    text not null,
    step        bigint not null,
    primary key (run_id, model_id)
);
