"""What drawings share is written once, and each still refers to all that it needs."""

import re

from matplotlib.figure import Figure as Canvas

from reports.page.figure import style
from reports.page.shared_svg import relative, share
from reports.page.svg import tell, to_svg


def drawn(name):
    with style():
        canvas = Canvas(figsize=(2, 2))
        axes = canvas.subplots()
        (marks,) = axes.plot([0, 1, 2], [0, 1, 0], "o", color="#0072B2")
        tell(marks, ["first", "second", "third"])
        axes.set_title("beta_tcvae")
        return to_svg(canvas, name)


def test_every_reference_leads_to_one_element():
    shared, drawings = share([drawn("one"), drawn("two")])
    page = shared + "".join(drawings)
    ids = re.findall(r' id="([^"]+)"', page)
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page))
    assert len(ids) == len(set(ids))
    assert {one or two for one, two in used} == set(ids)


def test_every_look_has_its_rule_and_nothing_of_it_is_lost():
    whole = [drawn("one"), drawn("two")]
    shared, drawings = share(whole)
    rules = dict(re.findall(r"\.(look\d+)\{([^}]*)\}", shared))
    before = [look for svg in whole for look in re.findall(r'<(?!path id).* style="([^"]*)"', svg)]
    after = [rules[name] for svg in drawings for name in re.findall(r'class="(look\d+)"', svg)]
    assert before
    assert set(before) <= set(after)


def test_groups_stay_balanced_and_tooltips_stay_with_their_marks():
    _, (one,) = share([drawn("one")])
    assert len(re.findall(r"<g\b[^>]*[^/]>|<g>", one)) == one.count("</g>")
    assert re.findall(r"<use [^>]*><title>(\w+)</title></use>", one) == ["first", "second", "third"]


def test_a_word_that_occurs_twice_is_written_once():
    shared, drawings = share([drawn("one"), drawn("two")])
    assert shared.count('<g id="w') >= 1
    assert len("".join(drawings)) < len(drawn("one"))


def test_a_path_by_steps_leads_through_the_same_points():
    assert relative("M1.50 2L3 4L3 6.05L1.25 6.05z") == "m1.5 2l1.5 2v2.05h-1.75z"
    assert relative("M10 5V8.25M12.50 5V8.25") == "m10 5v3.25m2.5-3.25v3.25"
    assert relative("M0 0L1 1L2.25 0.50z") == "m0 0l1 1 1.25-.5z"
    assert relative("M5 5L6 6zL7 5") == "m5 5l1 1zh2", "a closed path goes on from its beginning"
