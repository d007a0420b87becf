"""`contacts/salesforce`: Lead and Contact exports (CSV) of Salesforce, by Data Loader (API names) or as a
report (labels).

A file is of leads when it has a column that only leads have (`Status`, `IsConverted`, `ConvertedDate`,
`Company`).

- Ids of 15 characters, as reports give them, are lengthened to the 18 of the API, so that both name one
  record.
- A lead's `became_lead_at` is its creation, `became_customer_at` its conversion, and a converted lead is
  merged into the contact that it became (`ConvertedContactId`). A record that lost a merge names the winner
  in `MasterRecordId`.
- `marketing_consent` is `false` after an opt-out, else unknown.
- Times must be in year-month-day order, as Data Loader writes them; reports in another order are refused, not
  guessed.
- Names, telephone numbers and addresses are not kept; other fields are, in `extra`.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Column, Csv, Format, Output
from orchestration.lib.ingestion.formats.expressions import with_unknown

_LABELS: dict[str, tuple[str, ...]] = {
    "Id": ("Lead ID", "Contact ID", "Lead ID 18", "Contact ID 18"),
    "CreatedDate": ("Created Date", "Create Date"),
    "Email": ("Email Address",),
    "Status": ("Lead Status",),
    "LeadSource": ("Lead Source",),
    "IsConverted": ("Converted",),
    "ConvertedDate": ("Converted Date",),
    "ConvertedContactId": ("Converted Contact ID",),
    "MasterRecordId": ("Master Record ID",),
    "HasOptedOutOfEmail": ("Email Opt Out",),
    "Country": ("MailingCountry", "Mailing Country", "CountryCode", "MailingCountryCode"),
    "SystemModstamp": ("LastModifiedDate", "Last Modified Date", "Last Modified"),
    "Customer_ID__c": ("Customer_Id__c", "CustomerId__c", "Customer ID"),
    "Visitor_ID__c": ("Visitor_Id__c", "VisitorId__c", "Visitor ID", "GA_Client_ID__c"),
    "First_Touch_URL__c": ("Landing_Page__c", "First Touch URL", "Landing Page"),
    "First_Touch_Date__c": ("First Touch Date",),
    "Company": ("Company / Account",),
    "IsDeleted": ("Deleted",),
}
_REQUIRED = ("Id", "CreatedDate")
_ADDRESS = (
    "Street",
    "City",
    "State",
    "StateCode",
    "PostalCode",
    "Latitude",
    "Longitude",
    "GeocodeAccuracy",
    "Address",
)
_PERSONAL = (
    *(
        "FirstName",
        "LastName",
        "Name",
        "Salutation",
        "MiddleName",
        "Suffix",
        "Phone",
        "MobilePhone",
        "Fax",
        "HomePhone",
    ),
    *(
        "OtherPhone",
        "AssistantPhone",
        "AssistantName",
        "First Name",
        "Last Name",
        "Full Name",
        "Mobile",
        "Birthdate",
    ),
    *("Title", "Description", "PhotoUrl", "Department", "Website", "Street", "City", "Zip/Postal Code"),
    *(
        "State/Province",
        "Mailing Street",
        "Mailing City",
        "Mailing Zip/Postal Code",
        "Mailing State/Province",
    ),
    *(f"{kind}{part}" for kind in ("", "Mailing", "Other") for part in _ADDRESS if kind or part != "Street"),
)


def _long_id(column: str) -> str:
    """The 18-character form of an id: three letters that say which of 15 characters are upper case."""
    trimmed = f"nullif(trim({column}), '')"
    letters = [
        "substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + "
        + " + ".join(
            f"case when regexp_matches({trimmed}[{5 * block + bit + 1}], '[A-Z]') then {2**bit} else 0 end"
            for bit in range(5)
        )
        + ", 1)"
        for block in range(3)
    ]
    return f"case when length({trimmed}) = 15 then {trimmed} || {' || '.join(letters)} else {trimmed} end"


_IS_LEAD = (
    '(record_id like \'00Q%\' or coalesce("Status", "IsConverted", "ConvertedDate", "Company") is not null)'
)
_ROWS = f"""
(
    select
        *,
        {_long_id('"Id"')} as record_id,
        {_long_id('"ConvertedContactId"')} as converted_to,
        {_long_id('"MasterRecordId"')} as merged_into,
        lower(trim("IsConverted")) in ('true', '1', 'yes') or nullif(trim("ConvertedDate"), '') is not null
            as is_converted,
    from {{src}}
)
"""

FORMATS = (
    Format(
        dataset="contacts",
        name="salesforce",
        readers={".csv": Csv(delimiters=(";", "\t"))},
        columns=tuple(
            Column(name, required=name in _REQUIRED, aliases=labels) for name, labels in _LABELS.items()
        ),
        ignored=_PERSONAL,
        rows=_ROWS,
        outputs=(
            Output(
                "contacts",
                {
                    "contact_id": "record_id",
                    "created_at": '"CreatedDate"',
                    "email": '"Email"',
                    "customer_id": '"Customer_ID__c"',
                    "visitor_id": '"Visitor_ID__c"',
                    "lifecycle_stage": f"""case
                        when not {_IS_LEAD} then 'contact'
                        when is_converted then 'converted'
                        else coalesce("Status", 'lead')
                    end""",
                    "became_lead_at": f"""case when {_IS_LEAD} then "CreatedDate" end""",
                    "became_customer_at": '"ConvertedDate"',
                    "lead_source": '"LeadSource"',
                    "merged_into_contact_id": "coalesce(merged_into, converted_to)",
                    "marketing_consent": """case
                        when lower("HasOptedOutOfEmail") in ('true', '1', 'yes') then 'false'
                    end""",
                    "country": '"Country"',
                    "first_touch_url": '"First_Touch_URL__c"',
                    "first_touch_at": '"First_Touch_Date__c"',
                    "updated_at": '"SystemModstamp"',
                },
                extra=with_unknown({"is_deleted": '"IsDeleted"'}),
            ),
        ),
    ),
)
