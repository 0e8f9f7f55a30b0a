create table sample.note (body text not null);
insert into sample.note values ('a first note');
