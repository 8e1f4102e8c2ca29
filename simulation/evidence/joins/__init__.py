"""Who joins which text: fitted on dated lists, scored on others."""
