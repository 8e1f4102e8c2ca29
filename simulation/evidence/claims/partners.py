"""Claims C39 to C52: firms, think tanks, civil society and individuals as partners."""

from __future__ import annotations

from simulation.evidence.claims.checks import Claim, gap, switch

_FIRMS = ("firms", "no_firms")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C39", "5.1.1", "Firms lead in technique, research and studies of governance", "D", (),
        "No table holds patents, research spending or publications. That a firm offers most expertise "
        "(.9 against .8 of a think tank) is an assumption of the table of actors.",
    ),
    Claim(
        "C40", "5.1.1", "Legal and consulting aid of firms improves access, standing and harmonisation", "A",
        (
            switch("mean governance capacity of states", "capacity_mean", "firm_expertise", "higher"),
            switch("trust of other states in the focal state", "standing", "firm_expertise", "higher"),
            switch("distance between positions", "divergence", "firm_expertise", "lower"),
        ),
    ),
    Claim(
        "C41", "5.1.1", "Giant firms run a cyber-diplomacy of their own outside international law", "A",
        (),
        "Firms make deals by the fitted intensity, export controls apart; a diplomacy of their own beside that, with "
        "voluntary texts, is no longer in the model, for no record told what it does.",
    ),
    Claim(
        "C42", "5.1.1", "Closeness to firms helps; they can sway outcomes; so not firms alone", "E",
        (
            gap("governance capacity", "with new deals with business firms against none", "capacity", _FIRMS, "higher"),
            gap("drift of the own position", "with new deals with business firms against none", "position_drift",
                _FIRMS, "higher", kind="built in"),
            gap("cooperation", "all kinds of partner against firms alone", "cooperation",
                ("baseline", "firms_only"), "higher"),
        ),
        "Enabling law is not in the model.",
        part=True,
    ),
    Claim(
        "C43", "5.1.2", "Research of think tanks improves policy and development", "A",
        (
            switch("mean governance capacity of states", "capacity_mean", "think_tank_research", "higher"),
            switch("governance capacity", "capacity", "think_tank_research", "higher"),
        ),
        "Net of the dependence on foreign know-how that comes with research (C58), which is on by default.",
    ),
    Claim(
        "C44", "5.1.2", "Turn specialist expertise towards the national strategy", "S",
        (
            gap("governance capacity", "states and think tanks as partners against states only", "capacity",
                ("foreign_think_tanks", "states_only"), "higher"),
            gap("alignment", "states and think tanks as partners against states only", "alignment",
                ("foreign_think_tanks", "states_only"), "not lower"),
        ),
    ),
    Claim(
        "C45", "5.1.3", "Actors without legal standing act as counterweights", "E",
        (
            gap("autonomy", "with all kinds of partner against states only", "autonomy",
                ("baseline", "states_only"), "higher"),
            gap("drift of the own position", "firms and NGOs as partners against firms", "position_drift",
                ("firms_and_ngos", "firms"), "lower"),
        ),
    ),
    Claim(
        "C46", "5.1.4", "Proposals of civil society become official decisions", "A",
        (switch("instruments joined by all", "world_instruments_joined", "norm_cascade", "higher"),),
    ),
    Claim(
        "C47", "5.1.4", "NGOs watch states, privacy and conflict zones, and contest injustice", "A",
        (switch("trust between partners", "trust_partners", "watching", "lower"),),
        "Judged is that breaches come out and cost trust. Conduct does not react to being watched in the model.",
        part=True,
    ),
    Claim(
        "C48", "5.1.4", "Blend foreign with home organisations and values", "SE",
        (
            gap("alignment", "portfolio with half of it at home against without that rule", "alignment",
                ("portfolio", "portfolio_foreign"), "higher"),
            gap("drift of the own position", "portfolio with half of it at home against without that rule",
                "position_drift", ("portfolio", "portfolio_foreign"), "lower"),
            gap("governance capacity", "portfolio with half of it at home against without that rule", "capacity",
                ("portfolio", "portfolio_foreign"), "not lower"),
        ),
    ),
    Claim(
        "C49", "5.1.5", "Individuals move opinion and official positions", "A",
        (
            switch("support at home", "support", "campaigns", "different", "unpaid"),
        ),
        "Messages draw opinion towards themselves, up or down. That they move official positions is no longer in the "
        "model: nothing told by how much.",
    ),
    Claim(
        "C50", "5.1.5", "Influencers with funds and advisory seats spread the official vision", "S",
        (
            gap("support at home", "paid openly against left alone", "support", ("paid_openly", "silent"), "higher"),
            gap("support at home", "paid openly against unpaid", "support", ("paid_openly", "unpaid"), "higher"),
        ),
    ),
    Claim(
        "C51", "5.1.5", "Such influencers raise trust and openness at home, and standing in the region", "E",
        (
            gap("support at home", "paid openly against left alone", "support", ("paid_openly", "silent"), "higher"),
            gap("trust of other states in the focal state", "paid openly against left alone", "standing",
                ("paid_openly", "silent"), "higher"),
            gap("trust of other states in the focal state", "paid secretly against left alone", "standing",
                ("paid_secretly", "silent"), "higher"),
        ),
    ),
    Claim(
        "C52", "5.1.5", "Individuals bring ethics and rights in from below", "A",
        (),
        "Individuals moved positions on rights by a rule of the first edition, whose size nothing told; it is gone.",
    ),
)  # fmt: skip
