"""Who gets into the console, and to what: sign-in, cookies, headers, roles, tenants (A-20, A-21, A-26, A-28, U-60)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from web_console_office import CHIEF, NOW, PASSWORD, READER, ROBIN, SAM, Office, Visitor, office, words

from assess.surveys import db, staff
from assess.surveys.tables import AuditRow
from assess.web.console import assembly
from assess.web.console.access import OPEN_TO_ALL
from assess.web.console.request import Services

STAFF, CONSULTANT, ALL = "staff", "consultant", "everybody"

ROUTES = {
    ("/", "GET"): STAFF,
    ("/clients/<key:client_id>", "GET"): STAFF,
    ("/clients/<key:client_id>/waves/new", "GET"): CONSULTANT,
    ("/clients/<key:client_id>/waves/new", "POST"): CONSULTANT,
    ("/clients/new", "GET"): STAFF,
    ("/clients/new", "POST"): STAFF,
    ("/fonts/<name>", "GET"): ALL,
    ("/sign-in", "GET"): ALL,
    ("/sign-in", "POST"): ALL,
    ("/sign-out", "POST"): STAFF,
    ("/static/<path:filename>", "GET"): ALL,
    ("/waves/<key:wave_id>", "GET"): STAFF,
    ("/waves/<key:wave_id>/cards", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/cards", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/change", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/change", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/comments", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/comments", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/comments/open", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/half", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/open", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/open", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/papers", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/poster/<paper>", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/release", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/release", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/report/<name>", "GET"): STAFF,
    ("/waves/<key:wave_id>/roster", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/roster", "POST"): CONSULTANT,
    ("/waves/<key:wave_id>/shares", "GET"): CONSULTANT,
    ("/waves/<key:wave_id>/shares", "POST"): CONSULTANT,
}
"""Every address of the console and who may use it: on assigned clients only, where the address names one."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    return office(tmp_path)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One office for the tests whose every request is refused."""
    return office(tmp_path_factory.mktemp("untouched"))


def flask_app(desk: Office) -> assembly.Flask:
    engine = db.engine(desk.settings.url)
    services = Services(
        settings=desk.settings,
        sessions=db.sessions(engine),
        readers=db.readers(engine),
        counting=None,
        clock=desk.clock,
        keys=None,  # type: ignore[arg-type]
        instruments=None,  # type: ignore[arg-type]
    )
    return assembly.create_console_app(services, secret_key="k" * 32)


def filled(rule: str, client: str, wave: str) -> str:
    return (
        rule.replace("<key:client_id>", client)
        .replace("<key:wave_id>", wave)
        .replace("report/<name>", "report/report.en.pdf")
        .replace("<name>", "SourceSans3-Regular.ttf")
        .replace("<path:filename>", "console.css")
        .replace("<paper>", "a4")
    )


def ask(visitor: Visitor, method: str, path: str) -> int:
    return (visitor.get(path) if method == "GET" else visitor.post(path)).status_code


def test_the_inventory_of_routes_is_complete(desk: Office) -> None:
    rules = flask_app(desk).url_map.iter_rules()
    found = {(rule.rule, method) for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert found == set(ROUTES)


def test_the_style_guide_is_served_in_debug_only(tmp_path: Path) -> None:
    usual = office(tmp_path / "a")
    debug = office(tmp_path / "b", log_level="DEBUG")
    assert usual.visitor(ROBIN).get("/styleguide").status_code == 404
    assert debug.visitor(ROBIN).get("/styleguide").status_code == 200
    assert debug.visitor().get("/styleguide").status_code == 302


@pytest.mark.parametrize(("rule", "method"), sorted(ROUTES))
def test_every_route_but_the_sign_in_and_its_looks_needs_a_sign_in(untouched: Office, rule: str, method: str) -> None:
    """A-26: the guard stands before routing and before CSRF."""
    browser = untouched.visitor().browser
    path = filled(rule, untouched.ids["northbeam"], untouched.ids["draft"])
    response = browser.open(f"/console{path}", method=method)
    if ROUTES[rule, method] == ALL:
        assert not (response.status_code == 302 and "/sign-in" in response.headers["Location"])
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/console/sign-in")
    response.close()


def test_an_unknown_address_tells_a_stranger_nothing(desk: Office) -> None:
    response = desk.visitor().get("/nothing/here")
    assert response.status_code == 302
    assert response.headers["Location"] == "/console/sign-in?to=/nothing/here"


@pytest.mark.parametrize(("rule", "method"), sorted(pair for pair in ROUTES if "<key:" in pair[0]))
def test_a_foreign_client_or_wave_is_not_there(untouched: Office, rule: str, method: str) -> None:
    """U-60: foreign tenant 404, for both tenants and for an administrator without an assignment."""
    northbeam = filled(rule, untouched.ids["northbeam"], untouched.ids["released"])
    foundry = filled(rule, untouched.ids["foundry"], untouched.ids["foreign"])
    assert ask(untouched.visitor(SAM), method, northbeam) == 404
    assert ask(untouched.visitor(ROBIN), method, foundry) == 404
    assert ask(untouched.visitor(CHIEF), method, foundry) == 404
    assert ask(untouched.visitor(READER), method, foundry) == 404


@pytest.mark.parametrize(("rule", "method"), sorted(pair for pair in ROUTES if ROUTES[pair] == CONSULTANT))
def test_an_administrator_may_not_run_the_waves_of_an_assigned_client(
    untouched: Office, rule: str, method: str
) -> None:
    """U-60: own 403."""
    for wave in ("draft", "open", "counted"):
        path = filled(rule, untouched.ids["northbeam"], untouched.ids[wave])
        assert ask(untouched.visitor(READER), method, path) == 403


def test_a_foreign_page_shows_no_byte_of_the_client(desk: Office) -> None:
    """T3: what answers for a foreign wave is what answers for none."""
    visitor = desk.visitor(SAM)
    foreign, none = visitor.get(f"/waves/{desk.ids['released']}"), visitor.get(f"/waves/{'0' * 32}")
    assert re.sub(r'value="[^"]+"', "", foreign.text) == re.sub(r'value="[^"]+"', "", none.text)
    assert "Northbeam" not in desk.visitor(SAM).get("/").text


def test_an_assigned_administrator_reads_and_another_sees_names_only(desk: Office) -> None:
    """U-60: administrators read reports only if assigned."""
    assert desk.visitor(READER).get(f"/waves/{desk.ids['released']}").status_code == 200
    listed = desk.visitor(CHIEF).get("/")
    assert "Northbeam Instruments" in listed.text
    assert "/console/clients/" + desk.ids["northbeam"] not in listed.text


def test_sign_in_says_the_same_for_an_unknown_address_and_a_wrong_password(desk: Office) -> None:
    """A-26: no enumeration; a closed account and a malformed address look the same too."""
    with desk.session() as session:
        closed = staff.add(session, "gone@firm.example", password=PASSWORD)
        closed.active = False
    said = set()
    for email, password in (
        (ROBIN, "not the password"),
        ("nobody@firm.example", PASSWORD),
        ("gone@firm.example", PASSWORD),
        ("nobody@", PASSWORD),
        (ROBIN, ""),
        ("", ""),
    ):
        response = desk.visitor().post("/sign-in", {"email": email, "password": password})
        assert response.status_code == 422
        said.add(re.sub(r'value="[^"]*"', "", response.text))
    assert len(said) == 1
    assert "We do not know this address with this password." in said.pop()


def test_an_unknown_address_costs_a_hash_like_a_known_one(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-26: the time of the answer does not tell whether an address has an account."""
    hashed = []
    monkeypatch.setattr("flask_security.forms.hash_password", lambda password: hashed.append(password) or "x")
    desk.visitor().post("/sign-in", {"email": "nobody@firm.example", "password": PASSWORD})
    assert hashed == [PASSWORD]


def test_the_typed_address_stays_and_the_typed_password_does_not(desk: Office) -> None:
    page = desk.visitor().post("/sign-in", {"email": '"><b>x@firm.example', "password": "wrong-secret-1"})
    assert "&#34;&gt;&lt;b&gt;x@firm.example" in page.text
    assert "wrong-secret-1" not in page.text


def test_signing_in_ignores_the_case_of_the_address_and_leads_where_one_wanted_to_go(desk: Office) -> None:
    visitor = desk.visitor()
    wanted = visitor.get("/clients/new").headers["Location"]
    response = visitor.post(
        wanted.removeprefix("/console"), {"email": ROBIN.upper(), "password": PASSWORD, "remember": "y"}
    )
    assert response.headers["Location"] == "/console/clients/new"
    assert [c for c in response.headers.getlist("Set-Cookie") if "remember" in c] == []
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/nothing", "", "javascript:alert(1)"]
)
def test_a_sign_in_leads_only_to_pages_of_the_console(desk: Office, wanted: str) -> None:
    response = desk.visitor().post(f"/sign-in?to={wanted}", {"email": ROBIN, "password": PASSWORD})
    assert response.headers["Location"] == "/console/"


@pytest.mark.parametrize("insecure", [True, False])
def test_the_cookie_is_kept_from_scripts_other_sites_and_the_respondent_plane(tmp_path: Path, insecure: bool) -> None:
    """A-20, A-26: Path=/console, HttpOnly, SameSite=Lax, Secure unless told otherwise; none for a respondent."""
    desk = office(tmp_path, insecure_cookies=insecure)
    browser = desk.visitor().browser
    (cookie,) = browser.get("/console/sign-in").headers.getlist("Set-Cookie")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "Path=/console", "SameSite=Lax"} <= parts
    assert ("Secure" in parts) is not insecure
    assert browser.get("/w/").headers.getlist("Set-Cookie") == []


def test_signing_out_ends_a_copied_cookie_too(desk: Office) -> None:
    visitor, thief = desk.visitor(ROBIN), desk.visitor(ROBIN)
    assert thief.get("/").status_code == 200
    assert visitor.post("/sign-out").status_code == 302
    assert visitor.get("/").status_code == 302
    assert thief.get("/").status_code == 302


def test_a_closed_account_is_out_at_its_next_page(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    assert visitor.get("/").status_code == 200
    with desk.session() as session:
        found = staff.find(session, ROBIN)
        assert found is not None
        found.active = False
    assert visitor.get("/").status_code == 302


def test_a_token_in_the_address_or_a_header_opens_nothing(desk: Office) -> None:
    """A-26: staff sign in with a cookie only."""
    app = flask_app(desk)
    with app.test_request_context("/", base_url="http://localhost/console"), desk.session() as session:
        robin = staff.find(session, ROBIN)
        assert robin is not None
        token = str(robin.get_auth_token())
    browser = desk.visitor().browser
    assert browser.get("/console/", query_string={"auth_token": token}).status_code == 302
    assert browser.get("/console/", headers={"Authentication-Token": token}).status_code == 302


@pytest.mark.parametrize(("rule", "method"), sorted(pair for pair in ROUTES if pair[1] == "POST"))
def test_a_form_without_its_token_changes_nothing(untouched: Office, rule: str, method: str) -> None:
    """A-26: CSRF."""
    path = filled(rule, untouched.ids["northbeam"], untouched.ids["draft"])
    browser = untouched.visitor(ROBIN).browser
    assert browser.post(f"/console{path}", data={"email": ROBIN, "password": PASSWORD}).status_code == 400
    assert browser.post(f"/console{path}", data={"csrf_token": "forged"}).status_code == 400
    with untouched.session() as session:
        assert session.query(AuditRow).count() == 0


def test_every_answer_carries_the_policy_and_nothing_inline(desk: Office) -> None:
    """A-21, A-28: pages, errors, redirects, files."""
    visitor = desk.visitor(ROBIN)
    paths = [filled(rule, desk.ids["northbeam"], desk.ids["draft"]) for rule, method in ROUTES if method == "GET"]
    for path in [*paths, "/nothing", f"/waves/{desk.ids['open']}/cards"]:
        response = visitor.get(path)
        assert response.headers["Content-Security-Policy"] == POLICY, path
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"
        if response.content_type.startswith("text/html"):
            assert response.headers["Cache-Control"] == "no-store", path
            assert not re.search(r"<script|<style|\son\w+=|\sstyle=", response.text), path
        response.close()
    for response in (visitor.browser.post("/console/"), visitor.browser.get("/"), desk.visitor().get("/")):
        assert response.headers["Content-Security-Policy"] == POLICY


def test_a_fault_says_nothing_of_itself_and_undoes_what_was_done(
    desk: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A-23: the log has the route and the class of the exception."""

    def broken(*_args: object, **_options: object) -> None:
        raise ArithmeticError("ana@client.example")

    monkeypatch.setattr(staff, "assign", broken)
    visitor = desk.visitor(ROBIN)
    response = visitor.post("/clients/new", {"name": "Half Done", "zone": "Europe/Paris", "country": "FR"})
    assert response.status_code == 500
    assert "Something went wrong on our side" in words(response)
    assert "Half Done" not in visitor.get("/").text
    logged = capsys.readouterr().err
    assert "ArithmeticError" in logged
    assert "clients.new" in logged
    assert "ana@client.example" not in logged + response.text


def test_a_commit_that_fails_is_not_told_as_done(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says "saved" has been committed."""
    visitor = desk.visitor(ROBIN)
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/clients/new").text)
    assert token is not None

    def broken(_session: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("sqlalchemy.orm.Session.commit", broken)
    data = {"csrf_token": token[1], "name": "Lost", "zone": "Europe/Paris", "country": "FR"}
    assert visitor.browser.post("/console/clients/new", data=data).status_code == 500


def test_sign_in_and_sign_out_are_in_the_audit_log(desk: Office) -> None:
    """U-101."""
    visitor = desk.visitor()
    visitor.post("/sign-in", {"email": ROBIN, "password": PASSWORD})
    visitor.post("/sign-out")
    with desk.session() as session:
        rows = [(row.actor, row.event) for row in session.query(AuditRow).order_by(AuditRow.audit_id)]
    assert rows == [(ROBIN, "signed in"), (ROBIN, "signed out")]


def test_passwords_are_stored_as_argon2id(desk: Office) -> None:
    """A-26."""
    with desk.session() as session:
        robin = staff.find(session, ROBIN)
        assert robin is not None
        assert robin.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_who_is_signed_in_is_not_asked_again(desk: Office) -> None:
    response = desk.visitor(ROBIN).get("/sign-in")
    assert (response.status_code, response.headers["Location"]) == (302, "/console/")


def test_only_fonts_are_served_as_fonts(desk: Office) -> None:
    assert desk.visitor().get("/fonts/OFL.txt").status_code == 404
    assert desk.visitor().get("/fonts/..%2f..%2fconsole%2fbase.html").status_code in {302, 404}


def test_open_endpoints_are_the_sign_in_and_its_looks() -> None:
    assert {"access.sign_in", "files.font", "static"} == OPEN_TO_ALL


def test_the_office_stands_at_a_fixed_moment(desk: Office) -> None:
    with desk.session() as session:
        assert desk.clock.now(session) == NOW
