-- How far the data goes: silence is judged by it and not by the clock, so that building again gives the
-- same rows.
-- Orders count too: where tracking stops altogether, they go on.
select max(seen_at) as data_until
from (
    select max(ended_at) as seen_at from {{ ref('int_sessions') }}
    union all
    select max(ordered_at) from {{ ref('stg_shop__orders') }}
) as ends
