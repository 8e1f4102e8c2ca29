"""Which values of the free parameters the record allows."""
