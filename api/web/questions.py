"""The example questions of the front page and the documentation, each with the address that answers it."""

BETWEEN_THE_TWO = (
    "topic=nuclear-arms-control,nuclear-weapons&party=soviet-union,russia&party_all=united-states&sort=date"
    "&fields=title,in_force.from.edtf,in_force.to.edtf"
)
QUESTIONS = (
    (
        "Which events took place in Geneva in June 2021?",
        "/v1/events?place=geneva&date_from=2021-06&date_to=2021-06&status=occurred&fields=title,date.edtf",
    ),
    (
        "What did Ryabkov say about strategic stability, and who reported it?",
        "/v1/statements?speaker=sergei-ryabkov&topic=strategic-stability&fields=date.edtf,paraphrase,reported_by.name",
    ),
    (
        "Who are the parties to New START, when was it extended, and until when was it in force?",
        "/v1/agreements/new-start?fields=parties.name,actions.kind,actions.date.edtf,actions.until.edtf,in_force",
    ),
    (
        "Which statements deny another statement?",
        "/v1/statements?stance=denies&fields=speakers.name,paraphrase,replies_to.statement.id",
    ),
    (
        "Which persons held which office on 16 June 2021?",
        "/v1/actors?role_on=2021-06-16&role_match=certain&kind=person&fields=name,roles.title,roles.attested.edtf,roles.from.edtf,roles.to.edtf",
    ),
    (
        "Which nuclear agreements between the United States and the Soviet Union or Russia were in force on 1 January 1985?",
        f"/v1/agreements?in_force_on=1985-01-01&{BETWEEN_THE_TWO}",
    ),
    ("And on 1 March 2026?", f"/v1/agreements?in_force_on=2026-03-01&{BETWEEN_THE_TWO}"),
    (
        "What has Russia suspended or left, and when?",
        "/v1/events?type=agreement-suspended,agreement-withdrawn&actor=russia&sort=date&fields=title,date.edtf",
    ),
    (
        "When did the presidents meet in Geneva?",
        "/v1/events?type=summit&place=geneva&sort=date&fields=title,date.edtf",
    ),
    (
        "How did the sentence that a nuclear war cannot be won travel from 1985 to 2022?",
        "/v1/agreements?q=%22nuclear%20war%20cannot%20be%20won%22&sort=date"
        "&fields=title,actions.date.edtf,relations.relation,relations.agreement.id",
    ),
    (
        "Which letters did Kennedy and Khrushchev exchange in the Cuban missile crisis, and which answers which?",
        "/v1/statements?form=letter&speaker=john-f-kennedy,nikita-khrushchev&date_from=1962-10-22&date_to=1962-10-30&sort=date"
        "&fields=date.edtf,speakers.name,paraphrase,replies_to.stance,replies_to.statement.id",
    ),
    (
        "What was extended and has expired since, and when?",
        "/v1/agreements?action=extended&ended_by=expired&fields=title,actions.kind,actions.date.edtf,actions.until.edtf",
    ),
    (
        "Who signed the INF Treaty, and in what office?",
        "/v1/agreements/inf-treaty?fields=actions.kind,actions.date.edtf,actions.by.name,actions.by.offices",
    ),
    ("What is disputed?", "/v1/events?disputed=true&fields=title,accounts.about,accounts.value,accounts.holders.name&limit=3"),
)
