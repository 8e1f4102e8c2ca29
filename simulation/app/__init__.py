"""The live world in the browser: it asks the model and the experiments, and draws. Nothing is decided here."""
