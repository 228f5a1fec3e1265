"""Thirty questions that a reader of the three articles of 2021 asks, each answered by one URL of the bundled dataset."""

from typing import Any

import pytest
from flask.testing import FlaskClient

SUMMIT = "2021-06-16-geneva-summit"
FEW = 12


def values(document: Any, path: str) -> set[Any]:
    """What stands at the dotted path of the document, in every item of the lists on the way."""
    found = [document]
    for step in path.split("."):
        found = [inner[step] for value in found for inner in (value if isinstance(value, list) else [value]) if inner]
    return {inner for value in found for inner in (value if isinstance(value, list) else [value])}


QUESTIONS: dict[str, tuple[str, str, set[Any]]] = {
    "What did the presidents give each other in Geneva?": (
        "events?type=gift-exchange&on=2021-06-16",
        "quantities.of",
        {"pair of aviator sunglasses", "crystal sculpture of a bison"},
    ),
    "When did the ambassadors leave and come back in 2021?": (
        "events?type=ambassador-recalled,ambassador-departed,ambassador-returned&year=2021",
        "date.edtf",
        {"2021-03-17", "2021-04-22", "2021-06-20", "2021-06-24"},
    ),
    "How many diplomats did each side expel in April 2021?": (
        "events?type=diplomats-expelled&date_from=2021-04&date_to=2021-04&role=source&actor=united-states,russia",
        "quantities.value",
        {10},
    ),
    "How many minutes did the two sessions of the summit last?": (
        "statements?unit=minute&topic=us-russia-relations&on=2021-06-16",
        "quantities.value",
        {93, 87},
    ),
    "How did Putin call the summit?": (
        "statements?speaker=vladimir-putin&on=2021-06-16&act=assess",
        "id",
        {"2021-06-16-putin-calls-summit-constructive", "2021-06-16-putin-pragmatic-dialogue"},
    ),
    "What did Biden say of trust?": (
        "statements?speaker=joe-biden&q=trust",
        "setting.id",
        {"2021-06-16-biden-press-conference"},
    ),
    "For whom was the football of Helsinki?": (
        "statements?q=football&speaker=donald-trump",
        "id",
        {"2018-07-trump-football-for-barron"},
    ),
    "When, and by whom, was Geneva announced?": (
        "events?type=announcement&q=geneva&on=2021-05-25",
        "participants.actor.id",
        {"white-house", "kremlin"},
    ),
    "Who is said to be responsible for the SolarWinds attack, and who says it was not so?": (
        "events?ids=solarwinds-cyber-attack&disputed=true",
        "accounts.about",
        {"responsibility"},
    ),
    "When was the pipeline attacked?": ("events?type=cyber-operation&year=2021", "date.edtf", {"2021-05-07"}),
    "What did Biden ask and propose about infrastructure?": (
        "statements?speaker=joe-biden&topic=cybersecurity&on=2021-06-16",
        "act",
        {"ask", "propose"},
    ),
    "When did Biden warn of Navalny's death?": (
        "statements?speaker=joe-biden&q=navalny&act=warn",
        "date.edtf",
        {"2021-06-14"},
    ),
    "What did the White House take back, and what did it deny?": (
        "statements?speaker=white-house&stance=denies",
        "replies_to.statement.id",
        {"2021-05-06-jean-pierre-supports-ukraine-in-nato"},
    ),
    "Where did NATO say that it supports Ukraine joining?": (
        "statements?speaker=nato&topic=ukraine",
        "setting.id",
        {"2021-06-14-nato-brussels-communique"},
    ),
    "What has the United States given Ukraine, in dollars?": (
        "events?unit=USD&topic=ukraine",
        "quantities.value",
        {150_000_000, 2_500_000_000},
    ),
    "What did Biden do on his journey to Europe?": (
        "events?part_of=2021-06-biden-europe-trip",
        "id",
        {"2021-06-uk-us-summit", "2021-06-g7-summit", "2021-06-14-nato-brussels-summit", SUMMIT},
    ),
    "Who criticized the communiqué of the G7 for China?": (
        "statements?replies_to=2021-06-13-g7-calls-out-china",
        "speakers.id",
        {"chinese-embassy-london"},
    ),
    "Who in the G7 wished to work with China?": (
        "statements?setting=2021-06-g7-summit&actor=china",
        "speakers.id",
        {"emmanuel-macron", "angela-merkel"},
    ),
    "What did Michel say of Biden's America?": ("statements?speaker=charles-michel", "date.edtf", {"2021-06-07"}),
    "When can Wang Yiwei have spoken of two triangles?": (
        "statements?speaker=wang-yiwei&q=triangles",
        "date.edtf",
        {"[2021-06-09..2021-07-28]"},
    ),
    "Who defended the summit, and when?": ("statements?speaker=jen-psaki", "date.edtf", {"2021-05-25"}),
    "Who criticized it?": (f"statements?act=criticize&event={SUMMIT}", "speakers.id", {"ben-sasse"}),
    "Whom did Yang Jiechi meet in Moscow, and in what office?": (
        "events?actor=yang-jiechi&on=2021-05-25&type_not=visit",
        "participants.actor.offices.title",
        {"Director of the Office of the Central Foreign Affairs Commission", "Secretary of the Security Council"},
    ),
    "Where did Putin speak of an alliance with China?": (
        "statements?speaker=vladimir-putin&topic=russia-china-relations&year=2020",
        "setting.id",
        {"2020-putin-valdai-meeting"},
    ),
    "What did the authors of the Foreign Affairs article propose, and what not?": (
        "statements?speaker_all=andrea-kendall-taylor,david-shullman",
        "act",
        {"propose", "deny", "assess"},
    ),
    "To what bodies does Stone Fish belong?": (
        "actors?organization=strategy-risks&kind=person",
        "roles.organization.id",
        {"strategy-risks", "new-york-university", "german-marshall-fund"},
    ),
    "How long did Blinken and Lavrov talk?": (
        "events?ids=2021-05-19-blinken-lavrov-meeting",
        "quantities.value",
        {100},
    ),
    "What are Lavrov's own words for the mess?": (
        "statements?speaker=sergei-lavrov&q=mess",
        "original.text",
        {"“Завалов” очень много. Разгребать их непросто."},
    ),
    "When were the sanctions on Nord Stream 2 AG waived?": (
        "agreements?q=%22Nord%20Stream%202%20AG%22",
        "actions.date.edtf",
        {"2021-05-19"},
    ),
    "What came of the list of unfriendly states?": (
        "events?prompted_by=2021-us-on-russian-unfriendly-list",
        "quantities.value",
        {182},
    ),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_reader_of_the_three_articles_is_answered(client: FlaskClient, question: str) -> None:
    path, field, expected = QUESTIONS[question]
    answer = client.get(f"/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert values(answer.get_json()["data"], field) >= expected
    assert answer.get_json()["meta"]["total"] <= FEW, "a list that says everything answers nothing"
