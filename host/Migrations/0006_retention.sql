-- When each kind of old data was last removed, and how many rows went.
create table crucible.retention (
    name    text primary key,          -- plugin.kind
    ran_at  timestamptz not null,
    gone    bigint not null
);
