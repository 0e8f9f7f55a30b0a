create table sample.note (body text not null);
insert into sample.note values ('a first note');
create table sample.heard (length int not null);
