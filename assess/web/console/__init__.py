"""The consultant and leader application: one blueprint a noun."""
