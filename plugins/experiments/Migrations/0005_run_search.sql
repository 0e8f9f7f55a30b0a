-- The run search beyond MLflow's grammar: means of metrics, parameters and tags compared as numbers, archived runs.

-- Sum and count of the values that a mean is of: up to ±1e290, so that no sum of them overflows. NaN and what stands for infinity
-- (±1.797e308) are not among them.
alter table experiments.series add column mean_sum double precision not null default 0, add column mean_points bigint not null default 0;

update experiments.series s set mean_sum = p.mean_sum, mean_points = p.mean_points
from (
    select series_id, sum(value) as mean_sum, count(*) as mean_points
    from experiments.point where abs(value) <= 1e290 group by series_id
) p
where s.series_id = p.series_id;

-- The division of a number next to zero would be an error of its own ("underflow").
create function experiments.mean_of(sum double precision, points bigint) returns double precision language sql immutable parallel safe as $$
    select case when points > 0 then case when abs(sum) < 1e-270 then 0 else sum / points end end
$$;

-- The number that a text is, null for any other text: 16, -2.5, .5, 3e-4. What is longer than any number that somebody writes,
-- or whose exponent might leave the range, is none; a cast that fails would end the search.
create function experiments.number_of(value text) returns double precision language sql immutable parallel safe as $$
    select case when length(value) <= 40 and value ~ '^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?([01]?[0-9]{1,2}|2[0-5][0-9]))?\s*$'
        then value::double precision end
$$;

alter table experiments.run add column if not exists archived_at timestamptz;
