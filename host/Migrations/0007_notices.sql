-- What concerns somebody, the mails that say so, what was picked in the palette, and the width of the rail.

create table crucible.notice (
    id          bigint generated always as identity primary key,
    person_id   uuid not null references crucible.person (id) on delete cascade,
    kind        text not null,             -- plugin.kind
    key         text,                      -- what it is about: an unread one with the same key gives way to the next
    title       text not null,
    text        text,
    url         text not null,             -- whoever opens it has read the notice
    status      text,
    times       int not null default 1,
    at          timestamptz not null,
    read_at     timestamptz
);
create index notice_person on crucible.notice (person_id, id);
create index notice_unread on crucible.notice (person_id, id) where read_at is null;
create index notice_key on crucible.notice (person_id, kind, key) where key is not null;
create index notice_at on crucible.notice (at);

-- What a person wants otherwise than the kind has it.
create table crucible.notice_choice (
    person_id   uuid not null references crucible.person (id) on delete cascade,
    kind        text not null,
    bell        boolean not null,
    mail        boolean not null,
    primary key (person_id, kind)
);

-- From where and with what somebody has signed in before.
create table crucible.sign_in_place (
    person_id   uuid not null references crucible.person (id) on delete cascade,
    address     text not null,
    browser     text not null,
    seen_at     timestamptz not null,
    primary key (person_id, address, browser)
);
create index sign_in_place_seen on crucible.sign_in_place (seen_at);

-- Where mails for a person go: proved by a link sent there. It signs nobody in, so two people may share a mailbox.
create table crucible.mail_address (
    person_id   uuid primary key references crucible.person (id) on delete cascade,
    address     text not null,
    proved_at   timestamptz not null
);

create table crucible.mail_proof (
    hash        bytea primary key,         -- SHA-256 of the secret in the link
    person_id   uuid not null references crucible.person (id) on delete cascade,
    address     text not null,
    asked_at    timestamptz not null,
    expires_at  timestamptz not null
);
create index mail_proof_person on crucible.mail_proof (person_id, asked_at);

-- Mails to send. What stands in one goes when it is sent or refused.
create table crucible.mail (
    id          uuid primary key,          -- version 7
    person_id   uuid not null references crucible.person (id) on delete cascade,
    recipient   text not null,
    kind        text not null,
    key         text unique,               -- one mail for one thing, however often it is asked for
    subject     text not null,
    text        text,
    html        text,
    state       text not null default 'queued' check (state in ('queued', 'sent', 'refused')),
    taken_at    timestamptz,
    error       text,
    at          timestamptz not null,
    ended_at    timestamptz
);
create index mail_person on crucible.mail (person_id, at);
create index mail_at on crucible.mail (at);

create table crucible.pick (
    person_id   uuid not null references crucible.person (id) on delete cascade,
    url         text not null,
    at          timestamptz not null,
    primary key (person_id, url)
);

alter table crucible.person add column rail text not null default 'auto' check (rail in ('auto', 'wide', 'narrow'));
