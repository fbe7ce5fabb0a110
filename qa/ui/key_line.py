"""The last line: the keys that do something here."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

LESS = ("export", "choose_folder")
"""Actions whose keys go first where not all have room (the help names them all)."""


class KeyLine(Static):
    """Names the active keys; a click on one presses it.

    In the place of Textual's footer, which makes a widget for each key anew whenever a binding may
    have changed: some twenty of them a question, most of what an answer takes to be drawn, and
    none is given back before the screen goes.
    """

    _shown: tuple[tuple[str, str, str], ...] = ()

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        if key := event.style.meta.get("presses"):
            self.app.simulate_key(key)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self._show)

    def _show(self) -> None:
        if not self.is_attached:
            return
        found: dict[str, tuple[str, str, str]] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and enabled:
                display = self.app.get_key_display(binding)
                found.setdefault(binding.action, (binding.key, display, binding.description))
        for action in LESS:
            if _line(found.values()).cell_length > self.content_size.width:
                found.pop(action, None)
        keys = tuple(found.values())
        if keys != self._shown:
            self._shown = keys
            self.update(_line(keys), layout=False)

    def on_resize(self) -> None:
        """There may be room for other keys."""
        self._show()


def _line(keys: Iterable[tuple[str, str, str]]) -> Content:
    return Content("  ").join([_named(*one) for one in keys])


def _named(key: str, display: str, description: str) -> Content:
    presses = Style.from_meta({"presses": key})
    return Content.assemble((display, "$text-accent"), f" {description}").stylize(presses)
