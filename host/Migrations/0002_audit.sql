-- Who did what to what. The application only ever adds: what is too old goes through forget_audit, whatever its user may do besides.

create table crucible.audit (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default now(),
    person_id   uuid,                      -- null for the system; no reference: the line outlives the person
    actor       text not null,             -- the name as it was then
    via         text not null check (via in ('browser', 'token', 'password', 'system')),
    token_id    uuid,
    address     text,
    action      text not null,             -- person.disable, experiments.run.delete
    subject     text not null,             -- person:018f…
    title       text not null,             -- what the subject was called then
    before      jsonb,
    after       jsonb
);
create index audit_at on crucible.audit (at, id);
create index audit_subject on crucible.audit (subject, id);
create index audit_actor on crucible.audit (lower(actor), id);
create index audit_action on crucible.audit (action text_pattern_ops, id);

create function crucible.keep_audit() returns trigger language plpgsql as $$
begin
    if current_setting('crucible.forgets_audit', true) = 'yes' then
        return old;
    end if;
    raise exception 'The audit log is append-only.' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_append_only before update or delete on crucible.audit for each row execute function crucible.keep_audit();
create trigger audit_is_kept before truncate on crucible.audit for each statement execute function crucible.keep_audit();

-- Forgets at most so many lines older than this; never younger than thirty days. Returns how many went.
create function crucible.forget_audit(older_than timestamptz, most int) returns int language plpgsql as $$
declare gone int;
begin
    perform set_config('crucible.forgets_audit', 'yes', true);
    delete from crucible.audit where id in (
        select id from crucible.audit where at < least(older_than, now() - interval '30 days') order by at, id limit most);
    get diagnostics gone = row_count;
    perform set_config('crucible.forgets_audit', 'no', true);
    return gone;
end $$;
