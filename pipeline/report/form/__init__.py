"""The form ("Erhebungsbogen"): empty or filled, made from the declaration that intake reads."""
