"""`contacts/hubspot`: contacts of HubSpot, as the CRM's CSV export or as its API (v3) gives them.

The CSV's columns come in any order and in the language of the account (English, German, French, Spanish,
Portuguese, Dutch and Italian headers are known, and the internal names, also with the `property_` of
Fivetran). Times must be in year-month-day order: `03/04/2024` may be March or April, so it is refused rather
than guessed.

- A merged contact lists the ids it absorbed; each becomes a row with `merged_into_contact_id`.
- `marketing_consent` is `false` after an opt-out of all e-mail, `true` where the legal basis names consent.
- Names, telephone numbers and addresses are not kept; properties that are not known are, in `extra`.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Column, Csv, Format, JsonDocument, Jsonl, Output
from orchestration.lib.ingestion.formats.expressions import with_unknown

# Column name as the API calls it, then the labels of exports.
_LABELS: dict[str, tuple[str, ...]] = {
    "hs_object_id": (
        *("Record ID", "Record ID - Contact", "Contact ID", "id", "vid", "Datensatz-ID", "ID de registro"),
        *("Datensatz-ID - Kontakt", "ID de l'enregistrement", "ID de fiche d'informations", "ID do registro"),
        *("Record-ID", "ID record", "ID del registro"),
    ),
    "createdate": (
        *(
            "Create Date",
            "Created Date",
            "property_createdate",
            "createdAt",
            "Erstelldatum",
            "Erstellungsdatum",
        ),
        *("Date de création", "Fecha de creación", "Data de criação", "Aanmaakdatum", "Data di creazione"),
    ),
    "email": (
        *("E-Mail", "Email Address", "property_email", "E-Mail-Adresse", "Adresse e-mail", "Correo"),
        *("Correo electrónico", "E-mailadres", "Indirizzo e-mail"),
    ),
    "lifecyclestage": (
        *("Lifecycle Stage", "property_lifecyclestage", "Lifecycle-Phase", "Phase du cycle de vie"),
        *("Étape du cycle de vie", "Etapa del ciclo de vida", "Fase do ciclo de vida", "Lifecycle-fase"),
        "Fase del ciclo di vita",
    ),
    "hs_lifecyclestage_lead_date": (
        *("Became a Lead Date", "hs_date_entered_lead", "property_hs_lifecyclestage_lead_date"),
        *("Datum der Umwandlung in Lead", "Date de passage à Lead", "Fecha en que se convirtió en lead"),
    ),
    "hs_lifecyclestage_customer_date": (
        *("Became a Customer Date", "hs_date_entered_customer", "property_hs_lifecyclestage_customer_date"),
        *(
            "Datum der Umwandlung in Kunde",
            "Date de passage à Client",
            "Fecha en que se convirtió en cliente",
        ),
    ),
    "hs_analytics_source": (
        *(
            "Original Source",
            "Original Traffic Source",
            "Original Source Type",
            "property_hs_analytics_source",
        ),
        *("Ursprüngliche Quelle", "Ursprüngliche Traffic-Quelle", "Source d'origine", "Fuente original"),
        *("Fonte original", "Oorspronkelijke bron", "Fonte originale"),
    ),
    "hs_merged_object_ids": (
        *("Merged Record IDs", "Merged Contact IDs", "Merged object IDs", "property_hs_merged_object_ids"),
        *("Zusammengeführte Datensatz-IDs", "hs_calculated_merged_vids"),
    ),
    "hs_email_optout": (
        *("Unsubscribed from all email", "Opted out of all email", "property_hs_email_optout"),
        "Alle E-Mails abbestellt",
    ),
    "hs_legal_basis": ("Legal basis for processing contact's data", "property_hs_legal_basis"),
    "country": (
        *(
            "Country/Region",
            "Country",
            "property_country",
            "Land/Region",
            "Land",
            "Pays/Région",
            "País/Región",
        ),
        *("País", "Paese"),
    ),
    "hs_analytics_first_url": (
        "First Page Seen",
        "property_hs_analytics_first_url",
        "Erste angezeigte Seite",
    ),
    "hs_analytics_first_timestamp": (
        *("Time First Seen", "Time of First Session", "hs_analytics_first_visit_timestamp"),
        "property_hs_analytics_first_timestamp",
    ),
    "lastmodifieddate": (
        *("Last Modified Date", "updatedAt", "hs_lastmodifieddate", "property_lastmodifieddate"),
        *("Datum der letzten Änderung", "Datum der letzten Anpassung", "Date de dernière modification"),
        *("Fecha de última modificación", "Data da última modificação", "Datum laatst gewijzigd"),
    ),
    "customer_id": ("Customer ID", "shopify_customer_id", "property_customer_id"),
    "visitor_id": ("Visitor ID", "ga_client_id", "property_visitor_id"),
}
_REQUIRED = ("hs_object_id", "createdate")
_PERSONAL = (
    *(
        "firstname",
        "lastname",
        "phone",
        "mobilephone",
        "address",
        "street address",
        "city",
        "zip",
        "postal code",
    ),
    *("First Name", "Last Name", "Phone Number", "Mobile Phone Number", "Fax Number", "Date of birth", "fax"),
    *(
        "Vorname",
        "Nachname",
        "Telefonnummer",
        "Prénom",
        "Nom",
        "Nom de famille",
        "Nombre",
        "Apellidos",
        "state",
    ),
    *(
        "Voornaam",
        "Achternaam",
        "Nome",
        "Cognome",
        "Sobrenome",
        "company",
        "Company Name",
        "jobtitle",
        "Job Title",
    ),
    *("property_firstname", "property_lastname", "property_phone", "property_email_1", "property_company"),
    *("property_jobtitle", "hs_full_name_or_email", "ip_city", "Contact owner", "Associated Company"),
    *("hs_email_domain", "hs_additional_emails", "work_email", "propertiesWithHistory", "associations"),
    *("archived", "archivedAt", "hs_all_contact_vids", "hs_searchable_calculated_phone_number"),
)

# A merged id list: `1;2`, or as the API calculates it `1:1700000000000;2:1700000000001`.
_MERGED_IDS = """list_filter(
    list_transform(string_split(hs_merged_object_ids, ';'), lambda m: trim(string_split(m, ':')[1])),
    lambda m: m <> '' and m <> trim(hs_object_id)
)"""
_CONSENT = """case
    when lower(hs_email_optout) in ('true', 'yes', 'ja', 'oui', 'sí', 'sim', '1') then 'false'
    when contains(lower(hs_legal_basis), 'consent') then 'true'
end"""

_CONTACT = {
    "contact_id": "hs_object_id",
    "created_at": "createdate",
    "email": "email",
    "customer_id": "customer_id",
    "visitor_id": "visitor_id",
    "lifecycle_stage": "lifecyclestage",
    "became_lead_at": "hs_lifecyclestage_lead_date",
    "became_customer_at": "hs_lifecyclestage_customer_date",
    "lead_source": "hs_analytics_source",
    "marketing_consent": _CONSENT,
    "country": "country",
    "first_touch_url": "hs_analytics_first_url",
    "first_touch_at": "hs_analytics_first_timestamp",
    "updated_at": "lastmodifieddate",
}
_MERGED = {
    "contact_id": "merged_id",
    "created_at": "createdate",
    "merged_into_contact_id": "hs_object_id",
    "updated_at": "lastmodifieddate",
}

FORMATS = (
    Format(
        dataset="contacts",
        name="hubspot",
        readers={
            ".csv": Csv(delimiters=(";", "\t")),
            ".json": JsonDocument(wrappers=(("results",), ("contacts",))),
            ".jsonl": Jsonl(),
        },
        columns=tuple(
            Column(name, required=name in _REQUIRED, aliases=labels) for name, labels in _LABELS.items()
        ),
        ignored=_PERSONAL,
        # The API nests what the CSV has as columns.
        flatten="properties",
        outputs=(
            Output("contacts", _CONTACT, extra=with_unknown({})),
            Output(
                "contacts",
                _MERGED,
                relation=f"(select *, unnest({_MERGED_IDS}) as merged_id from {{src}} where _bad is null)",
                extra=None,
            ),
        ),
    ),
)
