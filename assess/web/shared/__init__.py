"""What both web applications share: the headers of every response, and what may be said in a log about a fault."""
