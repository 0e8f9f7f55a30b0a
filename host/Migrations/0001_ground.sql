-- The ground that every plugin stands on: people, the change log, and what the hosts share.

-- People ---------------------------------------------------------------------------------------------------------

create table crucible.team (
    id          uuid primary key,
    name        text not null,
    created_at  timestamptz not null default now()
);
create unique index team_name on crucible.team (lower(name));
insert into crucible.team (id, name) values ('00000000-0000-0000-0000-000000000001', 'everyone');

create table crucible.person (
    id              uuid primary key,
    user_name       text not null,
    display_name    text not null,
    role            text not null check (role in ('viewer', 'member', 'admin')),
    password_hash   text,
    -- Changes with the password, the role or a sign-out everywhere: open sessions and streams compare it.
    security_stamp  text not null,
    failed_count    int not null default 0,        -- wrong passwords since the last right one; every fifth locks, each time longer
    locked_until    timestamptz,
    signed_in_at    timestamptz,                   -- null until the first sign-in: what the first start link waits for
    disabled        boolean not null default false,
    theme           text not null default 'auto' check (theme in ('auto', 'dark', 'light')),
    created_at      timestamptz not null default now()
);
create unique index person_user_name on crucible.person (lower(user_name));

create table crucible.membership (
    team_id     uuid not null references crucible.team (id) on delete cascade,
    person_id   uuid not null references crucible.person (id) on delete cascade,
    may_write   boolean not null default true,
    primary key (team_id, person_id)
);
create index membership_person on crucible.membership (person_id);

-- Browser sessions live here, so that signing out ends them on every host at once.
create table crucible.session (
    id          text primary key,          -- SHA-256 of the key in the cookie
    person_id   uuid not null references crucible.person (id) on delete cascade,
    stamp       text not null,             -- the person's security stamp at sign-in
    address     text not null,             -- where it began, so that people recognise their own
    agent       text not null,
    created_at  timestamptz not null default now(),
    seen_at     timestamptz not null default now(),
    expires_at  timestamptz not null
);
create index session_person on crucible.session (person_id);
create index session_expires on crucible.session (expires_at);

create table crucible.token (
    id          uuid primary key,
    person_id   uuid not null references crucible.person (id) on delete cascade,
    name        text not null,
    hash        bytea not null unique,     -- SHA-256; the token itself has 256 random bits and is shown once
    prefix      text not null,             -- its first characters, to recognise it by
    scopes      text[] not null,           -- 'read', 'write' or 'admin'; 'write' reads too
    created_at  timestamptz not null default now(),
    expires_at  timestamptz,
    revoked_at  timestamptz,
    used_at     timestamptz
);
create index token_person on crucible.token (person_id);

create table crucible.sign_in_link (
    hash        bytea primary key,
    person_id   uuid not null references crucible.person (id) on delete cascade,
    expires_at  timestamptz not null,
    used_at     timestamptz
);

create table crucible.data_protection_key (
    id          uuid primary key,
    name        text not null,
    xml         text not null,
    created_at  timestamptz not null default now()
);

-- The change log ---------------------------------------------------------------------------------------------------

create table crucible.topic (
    topic   text primary key,
    seq     bigint not null
) with (fillfactor = 70);

create table crucible.change (
    topic   text not null,
    seq     bigint not null,
    kind    text not null,
    change  jsonb not null,
    actor   text not null,
    at      timestamptz not null,
    -- The transaction that wrote it and its place among all: who reads in this order, and only what is older than every
    -- transaction still open, misses nothing.
    tx      xid8 not null default pg_current_xact_id(),
    id      bigint generated always as identity,
    primary key (topic, seq)
);
create index change_at on crucible.change using brin (at);
create index change_order on crucible.change (tx, id);

-- How far each plugin's reaction to changes of others has come.
create table crucible.reaction (
    name        text primary key,          -- plugin:kind
    tx          xid8 not null,
    id          bigint not null,
    failures    int not null default 0,
    retry_at    timestamptz,
    error       text
);

-- Plugins ----------------------------------------------------------------------------------------------------------

create table crucible.plugin (
    id          text primary key,
    enabled     boolean not null default true,
    changed_by  text not null,
    changed_at  timestamptz not null default now()
);
