"""The words that generated records are made of."""

NOUNS = tuple(
    """arms control|trade|sanctions|energy|human rights|border disputes|cybersecurity|elections|space|migration|grain|
    missile defence|strategic stability|nuclear testing|fisheries|civil aviation|consular access|visas|journalists|
    prisoner exchange|peacekeeping|embargo|debt|pipelines|uranium|arctic shipping|ceasefire|observers|inspections|
    airspace|naval exercises|conventional forces|chemical weapons|refugees|customs|tariffs|investment|extradition|
    terrorism|intelligence|propaganda|broadcasting|cultural exchange|science|health|climate|ozone|polar research|
    telecommunications|satellites|embassies|expulsions|asset freezes|oil|gas|steel|wheat|aid|loans|reparations|
    war graves|property|archives|detention|hostages|negotiations|verification|launchers|warheads|submarines|bases|
    overflight|straits|islands|recognition|sovereignty|referendum|constitution|parliament|coup|protests|opposition|
    minorities|language|religion|education|sport|tourism|railways|ports|bridges|dams|water|electricity|reactors|
    waste|safeguards|export control|technology|patents|currency""".replace("\n    ", "").split("|")
)
ADJECTIVES = tuple(
    """joint|bilateral|final|draft|new|interim|regional|strategic|temporary|public|secret|formal|informal|annual|urgent|
    partial|mutual|economic|military|legal|humanitarian|technical|unilateral|permanent|special|broad|limited|planned|
    disputed|revised""".replace("\n    ", "").split("|")
)
VERBS = tuple(
    """discussed|welcomed|rejected|postponed|signed|reviewed|condemned|extended|suspended|proposed|announced|denied|
    confirmed|opened|closed|examined|supported|opposed|delayed|resumed|cancelled|questioned|endorsed|criticized|
    negotiated""".replace("\n    ", "").split("|")
)
LINKS = ("after talks on", "in return for", "despite", "ahead of a vote on", "as part of work on", "in answer to", "because of")
GIVEN = tuple(
    """Anna|Boris|Clara|Dmitri|Elena|Frank|Galina|Henry|Irina|John|Karin|Leonid|Maria|Nikolai|Olga|Peter|Rachel|Sergei|
    Tatiana|Viktor|William|Xenia|Yuri|Zoe|Ahmed|Chen|Fatima|Hiroshi|Ivan|Juan""".replace("\n    ", "").split("|")
)
FAMILY = tuple(
    """Abramov|Baker|Chernov|Dawson|Egorov|Fletcher|Grachev|Hughes|Ignatiev|Jackson|Karpov|Lambert|Morozov|Nelson|Orlov|
    Parker|Rogov|Stevens|Titov|Underwood|Volkov|Warren|Yakovlev|Zaitsev|Almeida|Berger|Costa|Dubois|Eriksen|Fischer|
    Garcia|Haddad|Ito|Jansen|Kim|Lopez|Moreau|Novak|Okafor|Petrov|Rossi|Sato|Tanaka|Unger|Vargas|Weiss|Yilmaz|
    Zhang""".replace("\n    ", "").split("|")
)
BODIES = ("Ministry", "Agency", "Commission", "Committee", "Council", "Delegation", "Office", "Institute", "Embassy")
BODY_KINDS = ("government_body", "international_organization", "company", "media_outlet", "research_body", "movement")
OFFICES = ("President", "Foreign Minister", "Ambassador", "Deputy Minister", "Defence Minister", "Special Envoy", "Spokesperson")
SOURCE_KINDS = ("official_text", "news_report", "news_report", "news_analysis", "fact_sheet")
PARTS = (("participant", "participant"), ("source", "target"), ("host", "guest"))
STATUSES = ("occurred",) * 12 + ("announced", "planned", "alleged", "cancelled")
RELATIONS = ("prompted_by", "carries_out", "response_to", "retaliates_against")
ACTS = ("announce", "assert", "deny", "accuse", "warn", "propose", "confirm", "criticize")
STANCES = ("confirms", "denies", "rejects", "answers")
