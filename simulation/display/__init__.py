"""Pictures of tables.

Each ``draw_…`` draws a table into the axes ``ax``, in the language ``words``, and returns the axes.
"""

PICTURES = (
    "world_network",
    "partner_network",
    "trust_map",
    "deal_map",
    "trust_matrix",
    "blocs",
    "composition_by_partner",
    "composition_by_track",
    "instruments",
    "fan_commitments_kept",
    "fan_cooperation",
)
"""Names of the pictures that a result may have, those first that take longest to draw."""
