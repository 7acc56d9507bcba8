"""The approval page as people use it: phone and desk, keyboard and touch, without script too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, Purpose
from redash_migration.approval.texts import Texts
from redash_migration.record import Check
from tests.browser.axe import colour_violations, violations
from tests.browser.conftest import Screens, Visitor
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, Stage, ended, failed

PHONE, DESK = 390, 1280
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

Serving = Callable[..., tuple[Stage, str]]
Visiting = Callable[..., Visitor]


def _decide(page: Page, choice: str, *, name: str = MIGRATION, reason: str = "") -> None:
    page.get_by_role("radio", name=choice).check()
    page.get_by_label("Type the migration's name").fill(name)
    page.get_by_label("Reason", exact=True).fill(reason)
    page.get_by_role("button", name="Send my decision").click()


def _titled(page: Page, title: str) -> None:
    """Wait until the page that has this headline is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_approve(serving: Serving, visitor: Visiting, screens: Screens) -> None:
    stage, address = serving()
    stage.ask()
    hana = visitor(address)
    page = hana.open(stage.link())
    _titled(page, "Start the cutover?")
    expect(page.get_by_text(f"You decide as {HANA}.")).to_be_visible()
    _decide(page, "Approve the cutover", reason="Looks good")
    _titled(page, "Approved")
    for fact in (HANA, "Looks good", "23 Nov 2026 01:30 UTC"):
        expect(page.get_by_text(fact)).to_be_visible()
    screens(page, "decided-approve")
    assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]
    assert hana.complaints == []


def test_reject_needs_a_reason(serving: Serving, visitor: Visiting, screens: Screens) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    _decide(page, "Reject")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Say why, in a few words.")
    # What is wrong is in view, also below a long page, and what was typed is still there.
    expect(alert).to_be_in_viewport()
    assert page.get_by_label("Type the migration's name").input_value() == MIGRATION
    assert page.get_by_role("radio", name="Reject").is_checked()
    screens(page, "reason-missing")
    page.get_by_label("Reason", exact=True).fill("The sales team closes the month")
    page.get_by_role("button", name="Send my decision").click()
    _titled(page, "Rejected")
    assert [sent["reason"] for _, sent in stage.states.sent] == ["The sales team closes the month"]


def test_a_wrong_name(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address, width=390).open(stage.link())
    _decide(page, "Approve the cutover", name="redash")
    field = page.get_by_label("Type the migration's name")
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    assert "That is not the migration's name" in page.locator(f"#{described[-1]}").inner_text()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    assert stage.states.sent == []


def test_two_tabs(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    hana = visitor(address)
    first, second = hana.open(stage.link()), hana.open(stage.link())
    _decide(first, "Approve the cutover")
    _titled(first, "Approved")
    _decide(second, "Reject", reason="changed my mind")
    _titled(second, "Approved")
    expect(second.get_by_text("This was decided before.")).to_be_visible()
    assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]


def test_the_other_approver_sees_who_decided(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    ken = visitor(address).open(stage.link(KEN))
    hana = visitor(address).open(stage.link(HANA))
    _decide(hana, "Approve the cutover")
    _titled(hana, "Approved")
    ken.reload()
    _titled(ken, "Approved")
    expect(ken.get_by_text(HANA)).to_be_visible()


def test_the_link_of_another_person_speaks_for_that_person(
    serving: Serving, visitor: Visiting
) -> None:
    """Who opens Ken's link decides as Ken and is told so; the link can't be turned into Hana's."""
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link(KEN))
    expect(page.get_by_text(f"You decide as {KEN}.")).to_be_visible()
    hers, his = (stage.link(who).rsplit("/", 1)[1].split(".") for who in (HANA, KEN))
    forged = ".".join([*his[:2], hers[2], *his[3:]])
    answer = page.goto(f"{address}/approve/{forged}")
    assert answer is not None
    assert answer.status == 404
    _titled(page, "There is nothing here")


def test_expired_while_open(serving: Serving, visitor: Visiting, screens: Screens) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    stage.at(61)
    _decide(page, "Approve the cutover")
    expect(page.get_by_text("This link can no longer decide.")).to_be_visible()
    assert page.get_by_role("button").count() == 0
    screens(page, "expired")
    assert stage.states.sent == []


def test_the_back_button(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    _decide(page, "Approve the cutover")
    _titled(page, "Approved")
    page.go_back()
    # Nothing is kept by the browser: going back shows how things stand.
    _titled(page, "Approved")
    assert page.get_by_role("button").count() == 0
    assert len(stage.states.sent) == 1


def test_reloading_the_answer_does_not_decide_twice(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    _decide(page, "Approve the cutover")
    _titled(page, "Approved")
    page.reload()
    _titled(page, "Approved")
    assert len(stage.states.sent) == 1


def test_stale_facts(serving: Serving, visitor: Visiting, screens: Screens) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address, width=390).open(stage.link())
    stage.record.checks.put(Check("source.new", "WARN", "something new", "look at it"))
    _decide(page, "Approve the cutover", reason="seen")
    expect(page.get_by_role("alert")).to_contain_text("The facts have changed")
    screens(page, "stale-phone")
    assert stage.states.sent == []
    page.get_by_role("button", name="Send my decision").click()
    _titled(page, "Approved")


def test_without_script(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address, width=390, script=False).open(stage.link())
    page.get_by_text("All 12 tables").click()
    expect(page.get_by_role("rowheader", name="alembic_version")).to_be_visible()
    _decide(page, "Approve the cutover")
    _titled(page, "Approved")


def test_with_the_keyboard_alone(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    page.get_by_role("radio", name="Approve the cutover").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(MIGRATION)
    page.keyboard.press("Tab")
    page.keyboard.type("By keyboard")
    for _ in range(12):  # past the parts of the time to begin at
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    assert page.evaluate("document.activeElement.textContent") == "Send my decision"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    _titled(page, "Approved")


def test_enter_alone_decides_nothing(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    page.get_by_label("Type the migration's name").fill(MIGRATION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose one of the answers.")
    assert stage.states.sent == []


@pytest.mark.parametrize(("choice", "decision"), [("Keep the new", "keep"), ("Go back", "go_back")])
def test_confirming(serving: Serving, visitor: Visiting, choice: str, decision: str) -> None:
    stage, address = serving()
    stage.switch(writes=1234)
    stage.ask(CONFIRM)
    page = visitor(address, width=390).open(stage.link())
    expect(page.get_by_text("Loses 1,234 writes made since the switch.")).to_be_visible()
    _decide(page, choice, reason="because")
    _titled(
        page, "The new Redash stays" if decision == "keep" else "Going back without the new writes"
    )
    assert [sent["decision"] for _, sent in stage.states.sent] == [decision]


def test_the_starter_is_told_and_cannot_choose(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.record.put_fact("request", {"requested_by": "arn:aws:sts::1:assumed-role/Admin/hana"})
    stage.ask()
    page = visitor(address).open(stage.link(HANA))
    expect(page.get_by_text("You started this migration")).to_be_visible()
    assert page.get_by_role("radio", name="Approve the cutover").is_disabled()
    assert page.get_by_role("radio", name="Reject").is_enabled()


@pytest.mark.parametrize("purpose", [CUTOVER, CONFIRM], ids=["cutover", "confirm"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_it_fits_every_screen(
    serving: Serving, visitor: Visiting, screens: Screens, purpose: Purpose, language: str
) -> None:
    stage, address = serving(LANGUAGE=language, NOTICE="Rehearsal: nothing real is touched")
    if purpose is CONFIRM:
        stage.switch(writes=1234)
    else:
        stage.record.checks.put(
            Check(
                "target.pending_parameters",
                "WARN",
                "rds.a_parameter_with_a_very_long_name_that_does_not_break_by_itself waits",
                "Reboot the target before the cutover.",
            )
        )
    stage.ask(purpose)
    name = "confirm" if purpose is CONFIRM else "cutover"
    for width in (320, PHONE, DESK):
        someone = visitor(address, width=width, language=language)
        page = someone.open(stage.link())
        page.locator("summary").click()
        assert page.evaluate("document.documentElement.lang") == language
        assert page.get_by_role("heading", level=1).count() == 1
        # The card scrolls by itself: its last fields lie under the button until one is there.
        page.evaluate("document.querySelector('.decision').scrollTo(0, 9999)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _low_buttons(page) == []
        _for_everybody(page, language, width)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            screens(page, f"{name}-{language}-{width}-{scheme}", full_page=True)
        assert someone.complaints == []


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("purpose", [CUTOVER, CONFIRM])
def test_the_button_is_in_view_on_a_low_screen(
    serving: Serving, visitor: Visiting, screens: Screens, purpose: Purpose, language: str
) -> None:
    """Nothing of the form is cut off by its card, and no scrolling leads past the button."""
    stage, address = serving(LANGUAGE=language, NOTICE="Rehearsal: nothing real is touched")
    if purpose is CONFIRM:
        stage.switch(writes=1234)
    stage.ask(purpose)
    for width, height in ((1280, 660), (1366, 650)):
        page = visitor(address, width=width, height=height, language=language).open(stage.link())
        button = page.locator("form button")
        reason, send = (page.locator(part).bounding_box() for part in ("#reason", ".send"))
        assert reason is not None
        assert send is not None
        assert reason["y"] + reason["height"] <= send["y"], f"{width}x{height}: the reason's end"
        for field in ("#reason", "#begin"):
            _not_under(page, field)
        page.evaluate("document.querySelector('.decision').scrollTo(0, 0)")
        box = button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height, f"{width}x{height}: one has to scroll for it"
        name = "confirm" if purpose is CONFIRM else "cutover"
        screens(page, f"{name}-{language}-{width}x{height}")
        button.scroll_into_view_if_needed()
        hit = page.evaluate(
            """() => { const b = document.querySelector("form button").getBoundingClientRect();
            const at = document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2);
            return at !== null && at.closest("button") !== null; }"""
        )
        assert hit, f"{width}x{height}: something lies over the button"


def _not_under(page: Page, field: str) -> None:
    """Where the keys lead to a field, the button does not lie over it (WCAG 2.2, 2.4.11)."""
    if not page.locator(field).count():
        return
    page.locator(field).focus()
    covered = page.evaluate(
        """selector => { const box = document.querySelector(selector).getBoundingClientRect();
        const at = document.elementFromPoint(box.x + box.width / 2, box.bottom - 4);
        return !(at && at.closest(selector)); }""",
        field,
    )
    assert not covered, field


def _for_everybody(page: Page, language: str, width: int) -> None:
    """What axe says on a phone, and in one language on a desk; there in the dark too. The tree and
    its colours are the same in both languages, what is narrow is harder."""
    if width == PHONE or (width == DESK and language == "en"):
        assert violations(page) == []
    if width == DESK and language == "en":
        page.emulate_media(color_scheme="dark")
        assert colour_violations(page) == []


def _low_buttons(page: Page) -> list[str]:
    """Lower than a finger: axe asks for 24 px (WCAG 2.2, 2.5.8), our own aim is 44."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, .choice, input[type=text]')]
        .filter(e => { const box = e.getBoundingClientRect();
                       return box.width && box.height < 44; })
        .map(e => e.outerHTML.slice(0, 80))"""
    )
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
def test_everybody_can_use_what_follows_the_decision(
    serving: Serving, visitor: Visiting, screens: Screens, language: str
) -> None:
    """The status page on its way and at its end, and the pages for a link that is none."""
    stage, address = serving(LANGUAGE=language)
    stage.ask()
    link = stage.link()
    stage.answer(link, "approve")
    pages = {"status": link, "unknown": "/approve/nothing"}
    _look(visitor, address, pages, screens, language)
    # It renews itself, and whoever reads slowly stops that (WCAG 2.2.1).
    page = visitor(address, language=language).open(link)
    texts = Texts(language)
    assert page.locator('meta[http-equiv="refresh"]').count() == 1
    page.get_by_role("link", name=texts("status.hold")).click()
    expect(page.get_by_text(texts("status.still"))).to_be_visible()
    assert page.locator('meta[http-equiv="refresh"]').count() == 0
    stage.record.milestone("pause_began")
    stage.record.steps.started("FenceSource")
    _look(visitor, address, {"pause": link}, screens, language)
    ended(
        status="FAILED",
        serves="old",
        error="DataMismatch",
        state="VerifyIntegrity",
        cause="public.dashboards: 30 rows on both sides, not all of them the same (1 differs)",
        failures=(failed("data.public.dashboards", "1 row differs", "Keep the report."),),
        not_taken_back=("drop_source_leftovers", "empty_target"),
    ).keep(stage.record)
    _look(visitor, address, {"ended": link}, screens, language)
    stage.at(61)
    _look(visitor, address, {"expired": link}, screens, language)


def _look(
    visitor: Visiting, address: str, pages: dict[str, str], screens: Screens, language: str
) -> None:
    for width, height in ((PHONE, 0), (DESK, 660)):
        someone = visitor(address, width=width, height=height, language=language)
        for name, path in pages.items():
            page = someone.open(f"{path}?still")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            _for_everybody(page, language, width)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                screens(page, f"{name}-{language}-{width}-{scheme}")
        assert someone.complaints == []
        someone.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_that_was_decided_on_goes_on_by_itself(
    serving: Serving, visitor: Visiting, language: str
) -> None:
    """Nobody has to reload it: whoever has decided watches the pause there."""
    texts, other = Texts(language), Texts("ja" if language == "en" else "en")
    stage, address = serving(LANGUAGE=other.language)
    stage.ask()
    page = visitor(address).open(f"{stage.link()}?lang={language}")
    page.get_by_role("radio").first.check()
    page.get_by_label(texts("form.name")).fill(MIGRATION)
    page.locator("form button").click()
    _titled(page, texts("decided.approve"))
    stage.switch()
    stage.record.steps.started("StartWorkers")
    _titled(page, texts("status.after"))


def test_on_paper_the_question_is_without_its_form(serving: Serving, visitor: Visiting) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    button = page.get_by_role("button", name="Send my decision")
    expect(button).to_be_visible()
    page.emulate_media(media="print")
    expect(button).to_be_hidden()
    expect(page.get_by_text("How the pause was predicted")).to_be_visible()


def test_with_colours_of_the_system_s_own_nothing_is_lost(
    serving: Serving, visitor: Visiting
) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    page.emulate_media(forced_colors="active")
    button = page.get_by_role("button", name="Send my decision")
    assert button.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
    keys = page.locator(".key").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(keys)) == len(keys) == 2


def test_read_aloud_no_field_is_wrong_before_somebody_has_answered(
    serving: Serving, visitor: Visiting
) -> None:
    stage, address = serving()
    stage.ask()
    page = visitor(address).open(stage.link())
    assert _said_to_be_wrong(page) == []
    page.get_by_role("button", name="Send my decision").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert _said_to_be_wrong(page) == ["radiogroup Decision", "textbox Type the migration's name"]
    assert violations(page) == []


def _said_to_be_wrong(page: Page) -> list[str]:
    """Role and name of what the accessibility tree has as invalid."""
    session = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        f"{node['role']['value']} {node['name']['value']}"
        for node in nodes
        for one in node.get("properties", [])
        if one["name"] == "invalid" and one["value"]["value"] != "false"
    ]
