import pytest

from dedup.cleaning.agencies import (
    AGENCIES,
    agency_at_end,
    agency_of_domain,
    agency_of_name,
)


@pytest.mark.parametrize(
    ("host", "agency"),
    [
        ("apnews.com", "AP"),
        ("hosted.ap.org", "AP"),
        ("www.reuters.com", "Reuters"),
        ("UK.Reuters.COM.", "Reuters"),
        ("tass.ru", "TASS"),
        ("tass.com", "TASS"),
        ("ria.ru", "RIA Novosti"),
        ("www.interfax.ru", "Interfax"),
        ("english.news.cn", "Xinhua"),
        ("xinhuanet.com", "Xinhua"),
        ("efe.com", "EFE"),
        ("yna.co.kr", "Yonhap"),
        ("en.yna.co.kr", "Yonhap"),
        ("agenciabrasil.ebc.com.br", "Agencia Brasil"),
        ("notreuters.com", None),
        ("reuters.com.example.org", None),
        ("ebc.com.br", None),
        ("com", None),
        ("", None),
        ("a.b.c.d.e.f.g.reuters.com", "Reuters"),
    ],
)
def test_a_domain_is_an_agency_with_its_subdomains(host, agency):
    assert agency_of_domain(host) == agency


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("AP", "AP"),
        ("The Associated Press", "AP"),
        ("By The Associated Press", "AP"),
        ("JANE DOE; Associated Press", "AP"),
        ("JANE DOE Associated Press", "AP"),
        ("Jane Doe; Ap Sports Writer", "AP"),
        ("AP National Political Writer", "AP"),
        ("Reuters Staff", "Reuters"),
        ("dpa", "dpa"),
        ("DPA", "dpa"),
        ("Dpa", "dpa"),
        ("dpa/tmn", "dpa"),
        ("AFP/Xinhua", "AFP"),
        ("/ТАСС/", "TASS"),
        ("新华社", "Xinhua"),
        ("رويترز", "Reuters"),
        ("Agencia EFE", "EFE"),
        ("Jane Doe", None),
        ("Petra Beta", None),
        ("Ani", None),
        ("ani", None),
        ("Janet Bloomberg", None),
        ("a report by Reuters on rivers", None),
        ("", None),
        ("AP " * 100, None),
    ],
)
def test_a_name_is_an_agency(text, agency):
    assert agency_of_name(text) == agency


def test_unspaced_names_are_found_at_either_end():
    assert agency_at_end("共同通信社によると", start=True) == ("Kyodo", "共同通信社")
    assert agency_at_end("（東京 共同") == ("Kyodo", "共同")
    assert agency_at_end("東京", start=True) is None
    assert agency_at_end("東京") is None


def test_no_domain_and_no_name_stands_for_two_agencies():
    domains = [domain for row in AGENCIES for domain in row.domains]
    assert len(domains) == len(set(domains))
    owners = {}
    for row in AGENCIES:
        for name in {name.casefold() for name in row.names}:
            assert owners.setdefault(name, row.name) == row.name
    slugs = {}
    for row in AGENCIES:
        for slug in {row.name, *row.slugs}:
            assert slugs.setdefault(slug, row.name) == row.name
