"""Who makes deals with whom: estimated on the record, scored on what came after."""
