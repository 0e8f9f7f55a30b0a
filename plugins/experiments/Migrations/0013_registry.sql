-- The model registry: names that stand for versions of models, and aliases for the versions that are in use.

create table experiments.registered_model (
    model_id        bigint generated always as identity primary key,
    -- Unique over all teams, as experiments' names are: clients address models by name alone.
    name            text not null unique,
    team_id         uuid not null,
    owner_id        uuid,
    description     text,
    base_model      text,                   -- what it was trained from
    adapter         jsonb,                  -- settings of the adapter (LoRA rank, alpha, …): an object
    -- A number once given is never given again, though its version is deleted.
    newest_version  int not null default 0,
    created_ms      bigint not null,
    updated_ms      bigint not null
);
create index registered_model_team on experiments.registered_model (team_id, updated_ms desc, model_id);

create table experiments.registered_model_tag (
    model_id    bigint not null references experiments.registered_model (model_id) on delete cascade,
    key         text not null,
    value       text not null,
    primary key (model_id, key)
);

create table experiments.model_version (
    model_id        bigint not null references experiments.registered_model (model_id) on delete cascade,
    version         int not null,
    source          text not null,          -- as the client gave it
    location        text not null,          -- where its files are, after models:/ was followed
    run_id          text,                   -- as the client gave it: it may be a run of another server
    run_link        text,
    logged_model_id text,
    description     text,
    user_id         text not null,
    owner_id        uuid,
    stage           text not null default 'None' check (stage in ('None', 'Staging', 'Production', 'Archived')),
    created_ms      bigint not null,
    updated_ms      bigint not null,
    primary key (model_id, version)
);
create index model_version_run on experiments.model_version (run_id) where run_id is not null;

create table experiments.model_version_tag (
    model_id    bigint not null,
    version     int not null,
    key         text not null,
    value       text not null,
    primary key (model_id, version, key),
    foreign key (model_id, version) references experiments.model_version (model_id, version) on delete cascade
);

create table experiments.model_alias (
    model_id    bigint not null,
    alias       text not null,
    version     int not null,
    primary key (model_id, alias),
    foreign key (model_id, version) references experiments.model_version (model_id, version) on delete cascade
);
create index model_alias_version on experiments.model_alias (model_id, version);
