"""Headers and errors of both web applications."""
