"""Words of the invented world: people's names, niches, products, campaigns. Nobody here is real."""

from __future__ import annotations

#: Influencers of the roster's first places; later ones are drawn from the two lists below.
FIRST_ROSTER = (
    ("Sarah", "Johnson", "US"),
    ("Diego", "Marín", "ES"),
    ("Amara", "Okafor", "GB"),
    ("Kenji", "Watanabe", "US"),
    ("Leila", "Haddad", "FR"),
    ("Tom", "Whitfield", "GB"),
    ("Priya", "Raman", "US"),
    ("Jonas", "Lindqvist", "DE"),
    ("Chloé", "Bernard", "FR"),
    ("Malik", "Thompson", "US"),
    ("Mei", "Tanaka", "CA"),
    ("Ingrid", "Sørensen", "DE"),
)

FIRST_NAMES = (
    "Aaliyah", "Adrian", "Aiko", "Alejandra", "Amina", "Anders", "Anika", "Arjun", "Astrid", "Beatriz",
    "Bianca", "Bruno", "Camille", "Carlos", "Catalina", "Dalia", "Daniel", "Elif", "Elena", "Emeka",
    "Esther", "Farah", "Felix", "Fiona", "Gabriel", "Grace", "Hana", "Hassan", "Helena", "Hugo", "Imani",
    "Isla", "Ivan", "Jamal", "Jana", "Joon", "Julia", "Kaia", "Karim", "Keisha", "Lars", "Laura", "Lina",
    "Lucas", "Luz", "Mariam", "Mateo", "Maya", "Mina", "Nadia", "Naomi", "Nia", "Nikhil", "Noor", "Olga",
    "Omar", "Paolo", "Petra", "Quinn", "Rafael", "Rania", "Ravi", "Rosa", "Ruth", "Sana", "Sebastian",
    "Selma", "Sofia", "Soren", "Tariq", "Thandi", "Valeria", "Viktor", "Wanjiru", "Xiomara", "Yara",
    "Yusuf", "Zainab", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abara", "Adeyemi", "Almeida", "Andersen", "Bakker", "Banerjee", "Becker", "Brooks", "Castillo",
    "Chen", "Costa", "Dalton", "Delgado", "Diallo", "Ellison", "Eriksen", "Farouk", "Ferrari", "Fischer",
    "Garner", "Ghosh", "Gomes", "Haas", "Harper", "Hoang", "Ibrahim", "Iversen", "Jansen", "Jimenez",
    "Kapoor", "Keller", "Kim", "Kovacs", "Lambert", "Larsen", "Lopez", "Mbeki", "Mendes", "Morgan",
    "Nakamura", "Navarro", "Novak", "Obi", "Olsen", "Ortega", "Park", "Patel", "Petrov", "Quiroga",
    "Rahman", "Reyes", "Rossi", "Saleh", "Santos", "Schmidt", "Silva", "Singh", "Suzuki", "Takeda",
    "Torres", "Usman", "Varga", "Vasquez", "Walker", "Weber", "Yamada", "Yilmaz", "Zhang", "Zielinski",
)  # fmt: skip

NICHES = ("skincare", "fitness", "home", "outdoor", "nutrition", "travel")

#: Product categories are the niches' names: what an influencer talks about is what the shop sells.
PRODUCTS: dict[str, tuple[tuple[str, int, int], ...]] = {
    # product id, list price and unit cost in cents
    "skincare": (
        ("SKN-SERUM-30", 3400, 980), ("SKN-CLEANSE-150", 1850, 520), ("SKN-SPF50-50", 2600, 810),
        ("SKN-NIGHT-50", 4200, 1260), ("SKN-KIT-TRAVEL", 2950, 1130), ("SKN-RITUAL-SET", 8900, 3120),
    ),
    "fitness": (
        ("FIT-BANDS-5", 2490, 760), ("FIT-MAT-6MM", 4900, 1890), ("FIT-KETTLE-12", 6400, 3150),
        ("FIT-LEGGING-HR", 5800, 1740), ("FIT-BOTTLE-750", 2200, 640), ("FIT-ROLLER-45", 3150, 1020),
    ),
    "home": (
        ("HOM-CANDLE-220", 2800, 830), ("HOM-LINEN-SET", 12900, 5420), ("HOM-THROW-WOOL", 7900, 3390),
        ("HOM-DIFFUSER", 5400, 1980), ("HOM-MUG-4", 3600, 1290), ("HOM-BASKET-L", 4350, 1710),
    ),
    "outdoor": (
        ("OUT-PACK-22L", 8400, 3690), ("OUT-LAMP-CAMP", 3900, 1440), ("OUT-JACKET-RAIN", 13900, 5980),
        ("OUT-SOCKS-3", 2700, 790), ("OUT-FLASK-1L", 3200, 1050), ("OUT-HAMMOCK", 6100, 2460),
    ),
    "nutrition": (
        ("NUT-PROTEIN-1KG", 3950, 1780), ("NUT-GREENS-300", 4450, 1690), ("NUT-OMEGA-90", 2390, 720),
        ("NUT-BARS-12", 2640, 1180), ("NUT-ELECTRO-30", 1990, 560), ("NUT-COLLAGEN-450", 4890, 1830),
    ),
    "travel": (
        ("TRV-CUBES-6", 3290, 990), ("TRV-CARRYON-38", 16900, 7420), ("TRV-PILLOW", 3750, 1210),
        ("TRV-DUFFEL-45", 9800, 4010), ("TRV-ADAPTER", 2950, 1120), ("TRV-WALLET-RFID", 4150, 1380),
    ),
}  # fmt: skip

#: Campaign name by the month in which it starts.
SEASONS = (
    "New Year Reset", "Winter Warmth", "Spring Glow", "Fresh Start", "May Motion", "Summer Ready",
    "Summer Miles", "Late Summer", "Back to Routine", "Autumn Layers", "Gift Season", "Holiday Home",
)  # fmt: skip

#: Country, weight among people, hours from UTC, currency, tax in percent.
COUNTRIES = (
    ("US", 0.76, -6, "USD", 7),
    ("CA", 0.05, -5, "USD", 5),
    ("GB", 0.09, 0, "GBP", 20),
    ("DE", 0.05, 1, "EUR", 19),
    ("FR", 0.03, 1, "EUR", 20),
    ("ES", 0.02, 1, "EUR", 21),
)

SHOP = "https://www.northpine.example"
