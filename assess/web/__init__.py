"""Web: two applications that never meet, respond and console, and what they share."""
