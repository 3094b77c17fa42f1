"""axe-core in the tests' browser: what of a page keeps somebody from using it."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

_SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# What is folded is unfolded. Each dialog is looked at while it is open, since it covers the rest.
_LOOK = """
async (dialogs) => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = [];
  const look = async (where) => {
    const {violations} = await axe.run(where, {runOnly: rules, resultTypes: ["violations"]});
    for (const {id, nodes} of violations)
      for (const {html, any, all, none} of nodes) {
        const why = [...any, ...all, ...none].map(({message}) => message);
        found.push(`${id}: ${html.slice(0, 200)} ${why[0] ?? ""}`);
      }
  };
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  await new Promise((ready) => setTimeout(ready));  // what listens to it has begun to load
  while (document.querySelector(".htmx-request"))
    await new Promise((ready) => setTimeout(ready, 20));  // milliseconds
  await look(document);
  for (const id of dialogs) {
    const dialog = document.getElementById(id);
    if (!dialog.open) dialog.showModal();
    await look(dialog);
    dialog.close();
  }
  return found;
}
"""


def prepare(page: Page) -> None:
    """Have axe in every document that `page` opens from now on."""
    page.add_init_script(_SOURCE)


def faults(page: Page, dialogs: list[str]) -> list[str]:
    """Return what is wrong with the page, and with those of its dialogs once they are open."""
    found: list[str] = page.evaluate(_LOOK, dialogs)
    return found
