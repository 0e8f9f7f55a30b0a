create table brokenmigration.half (id int);
insert into brokenmigration.half values ('not a number');
