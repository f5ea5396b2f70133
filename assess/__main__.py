"""`python -m assess` is the command line."""

from assess.cli import main

main()
