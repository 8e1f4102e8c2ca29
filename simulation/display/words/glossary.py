"""One Arabic word for each concept of the model, and one French word: what translations keep to.

Stems, because Arabic and French inflect: a translation of a message with the English term has one of
them. Names of organisations and texts are proper names and keep their official form.
"""

from __future__ import annotations

from collections.abc import Mapping

GLOSSARY: Mapping[str, tuple[str, str]] = {
    # English term (a regular expression): stem in French, stem in Arabic (alternatives with |)
    r"deals?": ("accord", "اتفاق"),
    r"instruments?": ("instrument", "صك|صكوك"),
    r"commitments?": ("engagement", "التزام"),
    r"blocs?": ("bloc", "تكتل"),
    r"tracks?": ("voie", "مسار"),
    r"camps?": ("camp", "معسكر"),
    r"non-aligned": ("non aligné|non-aligné", "غير منحاز|غير المنحاز"),
    r"closeness": ("proximité", "تقارب"),
    r"trusts?|trusted": ("confiance|fiable", "ثق"),
    r"rivalry": ("rivalité", "تنافس"),
    r"fragmentation|splintering": ("fragmentation|éclatement", "تشظ"),
    r"autonomy": ("autonomie", "استقلالية"),
    r"capacity": ("capacité", "قدر"),
    r"capture": ("captation|capture", "استحواذ"),
    r"advocacy": ("plaidoyer", "ترافع"),
    r"think tanks?": ("centre", "مركز تفكير|مراكز"),
    r"influencers?": ("influenceur", "مؤثر"),
    r"secretariats?": ("secrétariat", "أمان"),
    r"peers?": ("pair", "نظير|نظراء|نظرائ"),
    r"replicates?": ("réplication", "تكرار"),
    r"scenarios?": ("scénario", "سيناريو"),
    r"parameters?": ("paramètre", "معلم"),
    r"budget": ("budget", "ميزاني"),
    r"oversight": ("contrôle", "رقاب"),
    r"concessions?": ("concession", "تنازل"),
    r"memorandum|memoranda": ("protocole", "مذكر"),
}
