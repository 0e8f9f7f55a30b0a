-- Notifications of browsers (Web Push): who this installation is to push services, which browsers, and what waits to be sent.

create table crucible.push_key (
    one         boolean primary key default true check (one),
    public      bytea not null,             -- a point on P-256, uncompressed
    private     text not null,              -- sealed
    made_at     timestamptz not null
);

-- A browser that is signed in: with its session, its notifications end.
create table crucible.push_subscription (
    id          uuid primary key,           -- version 7
    person_id   uuid not null references crucible.person (id) on delete cascade,
    session_id  text not null references crucible.session (id) on delete cascade,
    endpoint    text not null unique,       -- whoever knows it can send there
    p256dh      bytea not null,
    auth        bytea not null,
    made_at     timestamptz not null
);
create index push_subscription_person on crucible.push_subscription (person_id);
create index push_subscription_session on crucible.push_subscription (session_id);

create table crucible.push (
    id              uuid primary key,       -- version 7
    person_id       uuid not null references crucible.person (id) on delete cascade,
    subscription_id uuid not null references crucible.push_subscription (id) on delete cascade,
    body            text,                   -- goes when it is sent or given up
    at              timestamptz not null
);
create index push_person on crucible.push (person_id, at);
create index push_of_subscription on crucible.push (subscription_id);
create index push_at on crucible.push (at);

alter table crucible.notice_choice add column push boolean not null default true;
