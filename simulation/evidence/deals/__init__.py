"""Who makes deals with whom: one intensity of every pair, fitted to dated agreements and used to forecast (C.2)."""
