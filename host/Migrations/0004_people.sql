-- People, grown up: second factors, permissions by name, invitations, accounts elsewhere, settings.

alter table crucible.person
    -- Set by an admin or by a provider that has verified it, never by the person: it decides who a sign-in from elsewhere is.
    add column email                text,
    add column two_factor_key       text,                       -- sealed with Data Protection; null while two-factor is off
    add column two_factor_step      bigint not null default 0;  -- the last time step whose code was taken: each is good once
create unique index person_email on crucible.person (lower(email));
create index person_list on crucible.person (lower(display_name), id);

-- A used code is deleted.
create table crucible.recovery_code (
    person_id   uuid not null references crucible.person (id) on delete cascade,
    hash        bytea not null,            -- SHA-256; a code has 80 random bits
    primary key (person_id, hash)
);

-- What a person may do beyond the role.
create table crucible.grant (
    person_id   uuid not null references crucible.person (id) on delete cascade,
    permission  text not null,             -- plugin.verb; one that nobody declares any more gives nothing
    granted_by  text not null,
    granted_at  timestamptz not null,
    primary key (person_id, permission)
);
create index grant_permission on crucible.grant (permission);

alter table crucible.sign_in_link
    add column kind text not null default 'sign-in' check (kind in ('sign-in', 'reset'));
create index sign_in_link_person on crucible.sign_in_link (person_id);
create index sign_in_link_expires on crucible.sign_in_link (expires_at);

create table crucible.invitation (
    id              uuid primary key,
    hash            bytea not null unique, -- SHA-256 of the secret in the link, which is shown once
    person_id       uuid references crucible.person (id) on delete cascade,   -- null: who accepts becomes a new person
    user_name       text,                  -- null: chosen by who accepts
    display_name    text,
    email           text,
    role            text not null check (role in ('viewer', 'member', 'admin')),
    created_by      text not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    used_at         timestamptz,
    used_by         uuid references crucible.person (id) on delete cascade
);
create index invitation_expires on crucible.invitation (expires_at);

create table crucible.invitation_team (
    invitation_id   uuid not null references crucible.invitation (id) on delete cascade,
    team_id         uuid not null references crucible.team (id) on delete cascade,
    primary key (invitation_id, team_id)
);

-- Accounts at providers. Who somebody is there is the issuer and the subject together, never an e-mail.
create table crucible.identity (
    issuer      text not null,
    subject     text not null,
    person_id   uuid not null references crucible.person (id) on delete cascade,
    provider    text not null,             -- its name in the settings, for people to read
    account     text not null,             -- what the provider calls the account: an e-mail, a name
    created_at  timestamptz not null,
    used_at     timestamptz not null,
    primary key (issuer, subject)
);
create index identity_person on crucible.identity (person_id);

create table crucible.setting (
    person_id   uuid not null references crucible.person (id) on delete cascade,
    name        text not null,
    value       jsonb not null,
    changed_at  timestamptz not null,
    primary key (person_id, name)
);

create index token_expires on crucible.token (expires_at);
create index token_list on crucible.token (person_id, id);
