"""For WSGI servers on a host of the questionnaire alone: `gunicorn wsgi_respond:app`."""

from assess.web.respond.alone import create

app = create()
