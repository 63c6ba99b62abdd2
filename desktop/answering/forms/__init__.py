"""The forms that an answer may take: what the model is told, what its words claim, and whether they keep the form."""
