{{ attribution_fact(weight='1') }}
