-- Answers to POSTs of /api/v1 that carried an Idempotency-Key, for those who ask again.
create table crucible.kept_answer (
    person_id   uuid not null,
    key         text not null,
    request     bytea not null,            -- SHA-256 of method, address and body
    at          timestamptz not null default now(),
    status      int,                       -- null while the first request is under way
    headers     text,
    body        bytea,
    primary key (person_id, key)
);
create index kept_answer_at on crucible.kept_answer (at);
