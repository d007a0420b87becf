select
    people.person_key,
    min(contacts.became_lead_at) as became_lead_at,
    min(contacts.became_customer_at) as became_customer_at
from {{ ref('stg_crm__contacts') }} as contacts
inner join {{ ref('int_person_identifiers') }} as people
    on people.identifier_type = 'contact' and people.identifier_key = {{ key64(["'contact'", 'contacts.contact_id']) }}
where contacts.became_lead_at is not null or contacts.became_customer_at is not null
group by people.person_key
