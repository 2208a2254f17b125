"""Mail addresses and telephone numbers in free text are masked, and nothing else is."""

import pytest

from pipeline.common.contacts import without_contacts

MAIL, NUMBER = "[Mailadresse]", "[Telefonnummer]"

MASKED = {
    "Frau Muster, info@cluster-muster.de": f"Frau Muster, {MAIL}",
    "mailto:a.b+c@sub.example.org.": f"mailto:{MAIL}.",
    "office(at)cluster.de": MAIL,
    "office [at] cluster [dot] de, gern": f"{MAIL}, gern",
    "An a@b.de. Gern auch mehr.": f"An {MAIL}. Gern auch mehr.",
    "info @ cluster.de": MAIL,
    "büro@müller-cluster.eu": MAIL,
    "+49 351 1234567": NUMBER,
    "+49 (0)351 / 123 45 67 - 0": NUMBER,
    "+49(0)351-1234567": NUMBER,
    "(+49) 351 1234567": NUMBER,
    "0049 351 1234567": NUMBER,
    "00493511234567": NUMBER,
    "001 555 123 4567": NUMBER,
    "0351 1234567": NUMBER,
    "0351/1234567": NUMBER,
    "0351 / 12 34 567": NUMBER,
    "0351-123456": NUMBER,
    "0351.1234567": NUMBER,
    "(0351) 123 45-67": NUMBER,
    "(030)1234567": NUMBER,
    "030 1234567": NUMBER,
    "0172 1234567": NUMBER,
    "01721234567": NUMBER,
    "Ruf an: 0351 4711-0.": f"Ruf an: {NUMBER}.",
    "Tel. 1234567": f"Tel. {NUMBER}",
    "Tel.: 0351 1234567, Fax: 0351 1234568": f"Tel.: {NUMBER}, Fax: {NUMBER}",
    "Telefon-Nr. 0351/123456": f"Telefon-Nr. {NUMBER}",
    "Durchwahl -123": f"Durchwahl -{NUMBER}",
    "Handy: 0172/1234567": f"Handy: {NUMBER}",
    "mobil 0172 1234567": f"mobil {NUMBER}",
    "+44 20 7946 0958": NUMBER,
    "+44 (0)20 7946 0958": NUMBER,
    "020 7946 0958": NUMBER,
    "(0161) 496 0000": NUMBER,
    "07700 900123": NUMBER,
    "01632 960001": NUMBER,
    "phone (555) 123-4567": f"phone {NUMBER}",
    "555-123-4567": NUMBER,
    "1-800-555-0199": NUMBER,
    "+1 (555) 123-4567": NUMBER,
    "Kontakt: 0351 1234567 oder a@b.de": f"Kontakt: {NUMBER} oder {MAIL}",
    "01067 Dresden, 0351 1234567": f"01067 Dresden, {NUMBER}",
}
LEFT = [
    "",
    "Sensor aus dem Cluster in Serie",
    "am 31.12.2025",
    "01.03.2024 bis 31.08.2026",
    "2025-12-31",
    "2024-03-01T08:00:00",
    "01/03/2024",
    "2024/2025",
    "2024–2026",
    "03/2024-06/2026",
    "Telefon am 12.03.2024",
    "Forum Mobil 2030",
    "Phone 2025",
    "Mobil: 2024-2026",
    "1.234.567,89 EUR",
    "84.000 €",
    "1 234 567 Euro",
    "+12 500 000 EUR",
    "+1.500.000 Euro",
    "0,50 VZÄ",
    "0.250",
    "01067 Dresden",
    "D-01067",
    "01067/01069 Dresden",
    "01067 09111",
    "PLZ 02625 und 02627",
    "09111–09130",
    "DE-0042",
    "FKZ 03ZU1234AB",
    "FKZ 0315123456",
    "Förderkennzeichen: 03151 23456",
    "03XY1234A",
    "16KN012345",
    "0330123",
    "ISBN 978-3-16-148410-0",
    "ISSN 0123-4567",
    "https://doi.org/10.1000/0351.1234567",
    "https://example.org/2026/03/0351-1234567",
    "www.example.org/presse/0351/1234567",
    "Az. 0315/2024",
    "DIN EN ISO 9001:2015",
    "IBAN DE89 3704 0044 0532 0130 00",
    "ORCID 0000-0002-1825-0097",
    "HRB 012345",
    "EP 1 234 567 B1",
    "Patent Nr. 0351 1234567",
    "AG 4 von 12, 3 x pro Jahr",
    "medium.com/@cluster",
    "@cluster_dresden",
    "10 % bis 2030, 60 % bis 2035",
    "3,5 Mio. EUR",
    "24/7",
    "Journal 12, p. 123-145; S. 12345",
    "Tel Aviv 2024",
    "Industrie 4.0 und 5G",
    "Halle 3 Stand B12",
    "2026-Q3",
    "Grant 101012345",
    "192.168.10.1",
]


@pytest.mark.parametrize(("text", "expected"), MASKED.items())
def test_contacts_are_masked(text: str, expected: str) -> None:
    assert without_contacts(text, "de") == expected


@pytest.mark.parametrize("text", LEFT)
def test_all_else_stays(text: str) -> None:
    assert without_contacts(text, "de") == text
    within = f"Hinweis: {text} (siehe dort)"
    assert without_contacts(within, "de") == within


def test_the_words_are_those_of_the_language() -> None:
    said = without_contacts("Call 020 7946 0958 or mail a@b.org", "en")
    assert said == "Call [telephone number] or mail [mail address]"


@pytest.mark.parametrize("part", ["a", "0351 ", "1-", "a.(", "+49 ", "Tel. ", "a@", "x.y-"])
def test_long_texts_are_read(part: str) -> None:
    assert without_contacts(f"{part * (32_000 // len(part))}@", "de")
