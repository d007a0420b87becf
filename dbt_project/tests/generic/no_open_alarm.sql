{# no_open_alarm(alarm_type): a kind of silence alarm has no open row.
   Meant as a warning: an alarm is news, not a broken build. #}
{% test no_open_alarm(model, alarm_type) %}
-- Detects open alarms of one kind: silence where there should be traffic, or traffic where there should be none.
-- A failure means that somebody should look at the rows' links and codes today; the data are complete.
select alarm_type, influencer_id, campaign_id, deliverable_id, link_id, promo_code, raised_at, visits
from {{ model }}
where alarm_type = '{{ alarm_type }}' and is_open
{% endtest %}
