"""What a report's page puts together before statements are tested."""

from harness.results import Results
from reports.analysis.families import families
from reports.claims.forms import Findings, stated_pairs
from reports.claims.published import Published
from reports.layout.constraints import check, constraints_of
from reports.layout.design import design_of
from reports.layout.scores import all_scores


def findings_of(results: Results, publication: Published, *, axis: bool = False) -> Findings:
    """Return what the publication's statements are tested on."""
    scores, design = all_scores(results, axis=axis), design_of(results)
    compared = families(scores, design.baseline, stated_pairs(publication))
    checked = [(bound, check(bound, results)) for bound in constraints_of(results)]
    return Findings(design, {s.outcome.name: s for s in scores}, compared, checked)
